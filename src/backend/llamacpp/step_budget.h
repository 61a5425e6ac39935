#pragma once

#include <cstdint>

namespace pcai {

/// How many tokens fit into a step of the wanted length, learnt from the steps before. A step that
/// holds prompt tokens costs nearly the same for each of its tokens, so one figure, smoothed, is
/// enough; it follows a growing KV cache and a busy machine. Not thread-safe.
class StepBudget {
 public:
  /// `target_ms`: how long a step may take while sequences decode. `most`: never more tokens.
  StepBudget(double target_ms, std::uint32_t most);

  std::uint32_t tokens() const noexcept;

  /// Tells what a step with prompt tokens took.
  void record(std::uint32_t tokens, double elapsed_ms) noexcept;

 private:
  double target_ms_;
  std::uint32_t most_;
  double ms_per_token_;
};

}  // namespace pcai
