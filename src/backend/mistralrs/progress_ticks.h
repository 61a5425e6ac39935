#pragma once

#include <chrono>
#include <cstdint>

#include "core/mutex.h"

namespace pcai::backend::mistralrs {

/// Counts a model's steps for the watchdog. The inside of a prompt's computation cannot be seen, so
/// each second in which this process computed anything during a prompt counts as a step. Any thread
/// may call it.
class ProgressTicks {
 public:
  using Clock = std::chrono::steady_clock;

  /// What is seen of the engine.
  struct Seen {
    std::uint64_t tokens = 0;               // generated
    std::uint64_t prompt_tokens = 0;        // of prompts that are not finished
    std::chrono::milliseconds computed{0};  // the process's processor time
  };

  /// The steps until now.
  std::uint64_t steps(const Seen& seen, Clock::time_point now);

 private:
  Mutex mutex_;
  Seen last_ GUARDED_BY(mutex_);  // at the last step
  std::uint64_t ticks_ GUARDED_BY(mutex_) = 0;
  Clock::time_point ticked_ GUARDED_BY(mutex_);
};

/// The processor time that this process has used.
std::chrono::milliseconds processor_time() noexcept;

}  // namespace pcai::backend::mistralrs
