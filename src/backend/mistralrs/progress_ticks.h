#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

namespace pcai {

/// Counts steps for who watches a model's progress. What happens inside a prompt's computation is
/// not seen, so each second of it is a step too, for as long as a prompt of its length may take.
/// Any thread may call it.
class ProgressTicks {
 public:
  using Clock = std::chrono::steady_clock;

  /// The steps until now: `tokens` were generated, prompts of `prompt_tokens` are not through.
  std::uint64_t steps(std::uint64_t tokens, std::uint64_t prompt_tokens, Clock::time_point now);

 private:
  std::mutex mutex_;
  std::uint64_t tokens_ = 0;
  std::uint64_t prompt_tokens_ = 0;
  std::uint64_t ticks_ = 0;
  Clock::time_point since_;  // the last change of what is seen
  Clock::time_point ticked_;
};

}  // namespace pcai
