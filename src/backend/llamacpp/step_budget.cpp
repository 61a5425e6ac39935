#include "backend/llamacpp/step_budget.h"

#include <algorithm>

namespace pcai {
namespace {

constexpr std::uint32_t kLeast = 8;   // below this a prompt would hardly move
constexpr double kNewWeight = 0.4;    // of the latest step in the smoothed figure
constexpr double kSlowestRise = 2.0;  // one step may at most double the estimate of the budget

}  // namespace

StepBudget::StepBudget(double target_ms, std::uint32_t most)
    : target_ms_(target_ms), most_(std::max(most, kLeast)), ms_per_token_(target_ms / kLeast) {}

std::uint32_t StepBudget::tokens() const noexcept {
  const double fit = target_ms_ / ms_per_token_;
  return std::clamp(static_cast<std::uint32_t>(std::min(fit, 1e6)), kLeast, most_);
}

void StepBudget::record(std::uint32_t tokens, double elapsed_ms) noexcept {
  // A much larger step costs less a token than the small ones that this figure is for.
  if (tokens == 0 || tokens > 2 * this->tokens()) return;
  const double latest = std::max(elapsed_ms / tokens, ms_per_token_ / kSlowestRise);
  ms_per_token_ += kNewWeight * (latest - ms_per_token_);
}

}  // namespace pcai
