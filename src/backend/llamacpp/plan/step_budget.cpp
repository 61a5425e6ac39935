#include "backend/llamacpp/plan/step_budget.h"

#include <algorithm>
#include <utility>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint32_t kMin = 8;   // below this a prompt would hardly move
constexpr double kNewWeight = 0.4;  // of the latest step in the smoothed figure
constexpr double kFastest = 0.5;    // of the smoothed figure, that one step is believed

}  // namespace

StepBudget::StepBudget(double target_ms, std::uint32_t most, CostCurve costs)
    : target_ms_(target_ms), most_(std::max(most, kMin)), costs_(std::move(costs)) {}

std::uint32_t StepBudget::tokens(const StepOutlook& outlook) const noexcept {
  const auto fits = [&](std::uint32_t tokens) {
    const std::uint64_t prompt = tokens > outlook.decoding ? tokens - outlook.decoding : 0;
    const std::uint64_t cells =
        outlook.decoding_cells + prompt * (outlook.prompt_cells + prompt / 2);
    return slowness_ * costs_.ms(tokens, cells) <= target_ms_;
  };
  std::uint32_t most = kMin;
  std::uint32_t too_many = most_ + 1;
  while (too_many - most > 1) {
    const std::uint32_t middle = most + (too_many - most) / 2;
    (fits(middle) ? most : too_many) = middle;
  }
  return most;
}

void StepBudget::record(std::uint32_t tokens, std::uint64_t cells, double elapsed_ms) noexcept {
  const double expected = costs_.ms(tokens, cells);
  if (expected <= 0) return;
  const double latest = std::max(elapsed_ms / expected, slowness_ * kFastest);
  slowness_ += kNewWeight * (latest - slowness_);
}

}  // namespace pcai::backend::llamacpp
