#include "http/connection/server.h"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "core/mutex.h"
#include "core/start_thread.h"
#include "http/connection/listen.h"
#include "http/connection/loop.h"
#include "http/connection/session.h"
#include "platform/network.h"

namespace pcai::http {
namespace {

// Over the limit so many more connections are told why they are refused; the rest is just closed.
constexpr std::uint32_t kRefusalRoom = 64;

constexpr std::chrono::milliseconds kAcceptPause{100};

constexpr int kFetchThreads = 2;

std::vector<RoutePattern> patterns() {
  std::vector<RoutePattern> patterns;
  for (const Route& route : routes()) patterns.push_back(route.pattern);
  return patterns;
}

Guard make_guard(const HttpOptions& options, bool loopback_only) {
  return Guard(HostCheck(options.host, loopback_only, options.allowed_hosts),
               Cors(options.cors_origins, options.desktop_origins), Auth(options.api_keys),
               options.max_body_bytes);
}

/// The threads of ServerState::fetchers. asio's own pool of two would wait for ever for its first
/// thread if there is no second one.
class FetchThreads {
 public:
  explicit FetchThreads(asio::thread_pool& pool) : pool_(pool) {
    try {
      for (int i = 0; i < kFetchThreads; ++i) threads_.start([this] { pool_.attach(); });
    } catch (...) {
      pool_.stop();
      throw;
    }
  }
  ~FetchThreads() { pool_.stop(); }

  FetchThreads(const FetchThreads&) = delete;
  FetchThreads& operator=(const FetchThreads&) = delete;

 private:
  asio::thread_pool& pool_;
  JoinedThreads threads_;
};

/// The threads of all loops but the first. They are there before the first connection, so that a
/// server that lacks one does not begin to serve.
class OtherLoops {
 public:
  explicit OtherLoops(const std::vector<std::unique_ptr<Loop>>& loops) : loops_(loops) {
    try {
      for (std::size_t i = 1; i < loops_.size(); ++i) {
        threads_.start([loop = loops_[i].get()] { loop->run(); });
      }
    } catch (...) {
      stop();
      throw;
    }
  }
  ~OtherLoops() { stop(); }

  OtherLoops(const OtherLoops&) = delete;
  OtherLoops& operator=(const OtherLoops&) = delete;

  /// Waits until each has ended.
  void join() noexcept { threads_.join(); }

 private:
  void stop() {
    for (std::size_t i = 1; i < loops_.size(); ++i) {
      loops_[i]->stop(std::chrono::milliseconds(0));
    }
    join();
  }

  const std::vector<std::unique_ptr<Loop>>& loops_;
  JoinedThreads threads_;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(engine::Engine& engine, HttpOptions options, std::vector<std::unique_ptr<Loop>> loops,
       Listening listening)
      : loops_(std::move(loops)),
        acceptors_(std::move(listening.acceptors)),
        port_(acceptors_.front().local_endpoint().port()),
        state_{.engine = engine,
               .options = options,
               .router = Router(patterns()),
               .guard = make_guard(options, listening.loopback_only),
               .fetchers{0}},
        fetchers_(state_.fetchers),
        others_(loops_) {
    for (Acceptor& acceptor : acceptors_) {
      asio::co_spawn(acceptor.get_executor(), accept(acceptor), asio::detached);
    }
  }

  ~Impl() {
    stop(std::chrono::milliseconds(0));
    const MutexLock lock(mutex_);
    stopped_.wait(mutex_, [this]() REQUIRES(mutex_) { return !running_; });
  }

  std::uint16_t port() const noexcept { return port_; }

  void run() {
    {
      const MutexLock lock(mutex_);
      running_ = true;
    }
    loops_.front()->run();
    others_.join();
    const MutexLock lock(mutex_);
    running_ = false;
    stopped_.notify_all();
  }

  void stop(std::chrono::milliseconds grace) {
    asio::post(loops_.front()->context(), [this] {
      for (Acceptor& acceptor : acceptors_) {
        error_code ignored;
        acceptor.close(ignored);
      }
    });
    for (const auto& loop : loops_) loop->stop(grace);
  }

 private:
  Task<void> accept(Acceptor& acceptor) {
    Timer pause(acceptor.get_executor());
    while (acceptor.is_open()) {
      Loop& loop = *loops_[turn_++ % loops_.size()];
      Socket socket(loop.context());
      error_code error;
      co_await acceptor.async_accept(socket, await_into(error));
      if (!error) {
        try {
          take(loop, std::move(socket));
        } catch (const std::exception& no_memory) {
          spdlog::warn("cannot serve a connection: {}", no_memory.what());
        }
      } else if (error != asio::error::operation_aborted) {
        // Most likely no file descriptor is left; trying again at once would only spin.
        spdlog::warn("cannot accept connections: {}", error.message());
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(await_into(error));
      }
    }
  }

  void take(Loop& loop, Socket socket) {
    const std::uint32_t open = ++state_.stats.connections;
    const std::uint32_t most = state_.options.max_connections;
    if (open > most + kRefusalRoom) {
      --state_.stats.connections;
      return;
    }
    asio::co_spawn(loop.context(), serve(loop, std::move(socket), open > most), asio::detached);
  }

  Task<void> serve(Loop& loop, Socket socket, bool refused) {
    const auto connection = std::make_shared<Connection>(std::move(socket), state_.options);
    loop.add(*connection);
    try {
      Session session(connection, state_, refused);
      co_await session.run();
    } catch (const std::exception& error) {
      spdlog::error("connection {}: {}", connection->remote(), error.what());
    }
    connection->close();
    loop.remove(*connection);
    --state_.stats.connections;
  }

  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<Acceptor> acceptors_;
  const std::uint16_t port_;
  ServerState state_;
  std::size_t turn_ = 0;  // whose loop the next connection is
  Mutex mutex_;
  CondVar stopped_;
  bool running_ GUARDED_BY(mutex_) = false;
  FetchThreads fetchers_;
  OtherLoops others_;
};

Result<std::unique_ptr<HttpServer>> HttpServer::listen(engine::Engine& engine,
                                                       HttpOptions options) {
  if (Status status = check(options); !status) return fail(std::move(status.error()));
  platform::raise_open_file_limit();
  std::vector<std::unique_ptr<Loop>> loops;
  for (std::uint32_t i = 0; i < options.threads; ++i) loops.push_back(std::make_unique<Loop>());
  auto listening = pcai::http::listen(loops.front()->context(), options);
  if (!listening) return fail(std::move(listening.error()));
  try {
    return std::unique_ptr<HttpServer>(new HttpServer(std::make_unique<Impl>(
        engine, std::move(options), std::move(loops), std::move(*listening))));
  } catch (const NoThread& none) {
    return fail(ErrorCode::Internal, none.what());
  } catch (const boost::system::system_error& failure) {  // asio's own threads
    if (failure.code() != boost::system::errc::resource_unavailable_try_again) throw;
    return fail(ErrorCode::Internal, NoThread(failure.code().message()).what());
  }
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const noexcept {
  return impl_->port();
}
void HttpServer::run() {
  impl_->run();
}
void HttpServer::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

}  // namespace pcai::http
