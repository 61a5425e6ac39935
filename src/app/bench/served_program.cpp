#include "app/bench/served_program.h"

#include <fmt/core.h>

#include <random>

#include "app/remote/http_call.h"
#include "core/start_thread.h"
#include "platform/network.h"

namespace pcai::app {
namespace {

constexpr std::string_view kHost = "127.0.0.1";
constexpr std::size_t kKept = 2000;  // bytes of what the program wrote last
constexpr std::chrono::milliseconds kPoll{50};
constexpr std::chrono::minutes kLongestStart{15};

Result<std::uint16_t> free_port() {
  std::random_device random;
  for (int i = 0; i < 100; ++i) {
    const auto port = static_cast<std::uint16_t>(20000 + random() % 40000);
    if (platform::is_port_free(std::string(kHost), port)) return port;
  }
  return fail(ErrorCode::Internal, "this machine has no free port");
}

bool is_withheld(std::string_view) {
  return false;
}

}  // namespace

ServedProgram::ServedProgram(platform::ChildProcess child, MeasuredServer server)
    : child_(std::move(child)), server_(std::move(server)) {
  reader_ = start_thread([this] { read_diagnostics(); });
}

ServedProgram::~ServedProgram() {
  is_over_ = true;
  child_.kill();
  reader_.join();
}

void ServedProgram::read_diagnostics() {
  char bytes[4096];
  platform::Stream& stream = child_.diagnostics();
  while (!is_over_) {
    const platform::Moved moved = stream.read(bytes, sizeof(bytes));
    if (moved.closed) return;
    if (moved.bytes == 0) {
      std::this_thread::sleep_for(kPoll);
      continue;
    }
    const MutexLock lock(mutex_);
    said_.append(bytes, moved.bytes);
    if (said_.size() > kKept) said_.erase(0, said_.size() - kKept);
  }
}

std::string ServedProgram::last_words() {
  std::this_thread::sleep_for(2 * kPoll);  // what is still in the pipe
  const MutexLock lock(mutex_);
  std::string text = said_;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

Result<std::unique_ptr<ServedProgram>> ServedProgram::start(std::vector<std::string> command,
                                                            const std::string& ready_path,
                                                            MeasuredServer server,
                                                            platform::Signals& signals) {
  const Result<std::uint16_t> port = free_port();
  if (!port) return fail(port.error());
  for (std::string& word : command) {
    if (const std::size_t at = word.find("{port}"); at != std::string::npos) {
      word.replace(at, 6, std::to_string(*port));
    }
  }
  server.url = fmt::format("http://{}:{}", kHost, *port);
  const std::string program = command.front();
  auto child = platform::ChildProcess::start(std::move(command), is_withheld);
  if (!child) {
    return fail(ErrorCode::InvalidRequest,
                fmt::format("cannot start '{}': {}", program, child.error().message()));
  }
  std::unique_ptr<ServedProgram> result(new ServedProgram(std::move(*child), std::move(server)));
  const HttpCall probe = {.url = result->server_.url + ready_path,
                          .key = result->server_.key,
                          .timeout = std::chrono::seconds(5),
                          .signals = &signals};
  const auto end = TimedAnswer::Clock::now() + kLongestStart;
  while (TimedAnswer::Clock::now() < end) {
    if (signals.pending()) return fail(ErrorCode::Cancelled, "");
    if (result->child_.wait(kPoll)) {
      return fail(
          ErrorCode::Internal,
          fmt::format("'{}' {}: {}", program, result->child_.how_it_ended(), result->last_words()));
    }
    if (call(probe, [](std::string_view) { return true; }).status == 200) return result;
  }
  return fail(ErrorCode::Internal,
              fmt::format("'{}' is not ready after {} minutes", program, kLongestStart.count()));
}

}  // namespace pcai::app
