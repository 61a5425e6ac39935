#pragma once

#include <cstdint>

#include "backend/llamacpp/plan/cost_curve.h"

namespace pcai::backend::llamacpp {

/// Who will be in the next step, as far as its length depends on them.
struct StepOutlook {
  std::uint32_t decoding = 0;        // sequences, a token each
  std::uint64_t decoding_cells = 0;  // that these tokens see together
  std::uint32_t prompt_cells = 0;    // that a token of the longest prompt sees
};

/// How many tokens fit into a step of the wanted length: by the model's costs as they were measured
/// at its load, times how much slower the machine has been lately. Not thread-safe.
class StepBudget {
 public:
  /// `target_ms`: how long a step may take while sequences decode. `most`: never more tokens.
  StepBudget(double target_ms, std::uint32_t most, CostCurve costs);

  std::uint32_t tokens(const StepOutlook& outlook) const noexcept;

  /// Tells what a step with prompt tokens took; `cells` is what its tokens saw together.
  void record(std::uint32_t tokens, std::uint64_t cells, double elapsed_ms) noexcept;

 private:
  double target_ms_;
  std::uint32_t most_;
  CostCurve costs_;
  double slowness_ = 1;  // of the machine, against the curve; smoothed
};

}  // namespace pcai::backend::llamacpp
