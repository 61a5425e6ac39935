#pragma once

#include <chrono>
#include <string>

namespace pcai::backend::worker {

/// Decides when a worker that still runs is as good as dead. Pure: it is told the time. Not
/// thread-safe.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  /// 0 turns a limit off.
  Watchdog(std::chrono::milliseconds silence, std::chrono::milliseconds stall,
           Clock::time_point now);

  /// The worker said anything at all.
  void heard(Clock::time_point now) noexcept { heard_ = now; }

  /// A request got further.
  void progressed(Clock::time_point now) noexcept { progressed_ = now; }

  /// Why the worker must be ended, or "". `busy`: requests are running. To be asked every
  /// interval(), after what has come was received.
  std::string verdict(Clock::time_point now, bool busy);

  std::chrono::milliseconds interval() const noexcept { return interval_; }

 private:
  std::chrono::milliseconds silence_;
  std::chrono::milliseconds stall_;
  std::chrono::milliseconds interval_;
  Clock::time_point heard_;
  Clock::time_point progressed_;
  Clock::time_point asked_;
};

}  // namespace pcai::backend::worker
