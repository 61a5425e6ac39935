#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <thread>
#include <utility>

#include "core/mutex.h"
#include "core/request.h"

namespace pcai::engine {

/// Calls `expired` on its own thread, whose start may throw NoThread, for each request whose time
/// has come. Any thread may call any method; `expired` may too.
class DeadlineTimer {
 public:
  using Clock = std::chrono::steady_clock;

  explicit DeadlineTimer(std::function<void(RequestId)> expired);

  /// As stop().
  ~DeadlineTimer();

  DeadlineTimer(const DeadlineTimer&) = delete;
  DeadlineTimer& operator=(const DeadlineTimer&) = delete;

  void add(Clock::time_point time, RequestId id);

  /// Forgets a deadline; fine when it has expired. Its call of `expired` may still be running.
  void remove(Clock::time_point time, RequestId id);

  /// Ends the thread, which must not be the caller's; what has not expired never does.
  void stop();

 private:
  void run();

  std::function<void(RequestId)> expired_;
  Mutex mutex_;
  CondVar changed_;
  std::set<std::pair<Clock::time_point, RequestId>> deadlines_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace pcai::engine
