#pragma once

#include <chrono>
#include <cstdint>

#include "core/mutex.h"

namespace pcai {

/// Counts steps for who watches a model's progress. What happens inside a prompt's computation is
/// not seen, so there each second in which this process computed at all is a step too. Any thread
/// may call it.
class ProgressTicks {
 public:
  using Clock = std::chrono::steady_clock;

  /// What is seen of the engine.
  struct Seen {
    std::uint64_t tokens = 0;               // generated
    std::uint64_t prompt_tokens = 0;        // of prompts that are not through
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

}  // namespace pcai
