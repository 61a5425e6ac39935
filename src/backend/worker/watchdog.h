#pragma once

#include <chrono>
#include <string>

namespace pcai::backend::worker {

/// Decides when a worker that still runs counts as dead: it was silent for too long, or its
/// requests made no progress for too long. It has no clock; each call is told the time. Not
/// thread-safe.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  /// `silence`: the longest time without any message. `stall`: the longest time without progress
  /// while requests run. 0 turns a limit off. `now` counts as the first message.
  Watchdog(std::chrono::milliseconds silence, std::chrono::milliseconds stall,
           Clock::time_point now);

  /// The worker said something, whatever it was.
  void heard(Clock::time_point now) noexcept { heard_ = now; }

  /// A request was taken or refused, had an event, or the model made a step.
  void progressed(Clock::time_point now) noexcept { progressed_ = now; }

  /// Returns why the worker must be ended ("it sent nothing for 10 s"), or "". `busy`: requests are
  /// running. Call it every interval(), after the messages that have come were received. If a call
  /// comes far too late, this process was stopped itself; then the worker gets its full time again.
  std::string verdict(Clock::time_point now, bool busy);

  /// How often to call verdict(): an eighth of the shorter limit, from 1 ms to 1 s.
  std::chrono::milliseconds interval() const noexcept { return interval_; }

 private:
  std::chrono::milliseconds silence_;
  std::chrono::milliseconds stall_;
  std::chrono::milliseconds interval_;
  Clock::time_point heard_;       // the last message
  Clock::time_point progressed_;  // the last progress, or the last time that nothing ran
  Clock::time_point asked_;       // the last verdict()
};

}  // namespace pcai::backend::worker
