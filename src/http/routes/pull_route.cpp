#include <boost/asio/post.hpp>
#include <optional>

#include "core/mutex.h"
#include "http/body.h"
#include "http/routes/model_routes.h"
#include "http/routes/routes.h"
#include "openai/error_body.h"
#include "openai/models/model_request.h"

namespace pcai::http {
namespace {

constexpr std::chrono::milliseconds kBetweenFrames{200};

/// One download, shared by the thread that pulls and the exchange that tells of it.
class RunningPull {
 public:
  struct View {
    bool begun = false;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::optional<Result<std::string>> result = {};
  };

  View view() const {
    const MutexLock lock(mutex_);
    return view_;
  }

  /// On the pulling thread. `ready` is called when the result is there.
  void run(const PullModel& pull, const std::string& name, const std::function<void()>& ready) {
    {
      const MutexLock lock(mutex_);
      if (given_up_) return;
      view_.begun = true;
    }
    Result<std::string> result = pull(name, [this](std::uint64_t done, std::uint64_t total) {
      const MutexLock lock(mutex_);
      view_.done = done;
      view_.total = total;
      return !given_up_;
    });
    const MutexLock lock(mutex_);
    view_.result = std::move(result);
    if (!given_up_) ready();
  }

  /// Nobody waits for it any more; `ready` is not called afterwards.
  void give_up() {
    const MutexLock lock(mutex_);
    given_up_ = true;
  }

 private:
  mutable Mutex mutex_;
  View view_ GUARDED_BY(mutex_);
  bool given_up_ GUARDED_BY(mutex_) = false;
};

class GivesUp {
 public:
  explicit GivesUp(std::shared_ptr<RunningPull> pull) : pull_(std::move(pull)) {}
  ~GivesUp() { pull_->give_up(); }
  GivesUp(const GivesUp&) = delete;
  GivesUp& operator=(const GivesUp&) = delete;

 private:
  std::shared_ptr<RunningPull> pull_;
};

std::string body_of(const RunningPull::View& view, const std::string& name) {
  if (view.result && !*view.result) return openai::error_body(view.result->error());
  if (view.result) return api::to_text({{"model", **view.result}, {"status", "done"}});
  return api::to_text({{"model", name},
                       {"status", view.begun ? "downloading" : "waiting"},
                       {"done_bytes", view.done},
                       {"total_bytes", view.total}});
}

}  // namespace

Task<void> post_pull_model(Exchange& exchange) {
  if (Status allowed = may_manage_models(exchange); !allowed) {
    co_return co_await exchange.fail(allowed.error());
  }
  ServerState& server = exchange.server();
  if (!server.options.pull_model) {
    co_return co_await exchange.fail(ErrorCode::Unsupported, "this server does not pull models");
  }
  auto asked = co_await parse_body(exchange, openai::parse_model_request);
  if (!asked) co_return co_await exchange.fail(asked.error());
  const auto pull = std::make_shared<RunningPull>();
  const GivesUp gives_up(pull);
  boost::asio::post(server.pullers, [pull, name = asked->model, ready = exchange.waker(),
                                     &pull_model = server.options.pull_model] {
    pull->run(pull_model, name, ready);
  });
  std::string told;
  bool open = false;
  while (!exchange.gone() && !exchange.ending()) {
    const RunningPull::View view = pull->view();
    const bool failed = view.result && !*view.result;
    if (view.result && !open && failed) co_return co_await exchange.fail(view.result->error());
    if (view.result && !open && !asked->stream) {
      co_return co_await exchange.reply(http::told(exchange, body_of(view, asked->model)));
    }
    if (asked->stream && (view.begun || open)) {
      if (!open && !(open = co_await exchange.open_stream("text/event-stream"))) co_return;
      std::string now = body_of(view, asked->model);
      std::string frame = now == told ? std::string() : "data: " + now + "\n\n";
      if (!frame.empty() && !co_await exchange.send(frame)) co_return;
      told = std::move(now);
      if (view.result) co_return co_await exchange.close_stream();
    }
    co_await exchange.wait_until(Clock::now() + kBetweenFrames);
  }
  if (!exchange.started()) {
    co_await exchange.fail(ErrorCode::Draining, "the server is shutting down");
  }
}

}  // namespace pcai::http
