#pragma once

#include <cstdint>

#include "backend/llamacpp/plan/cost_curve.h"

namespace pcai::backend::llamacpp {

/// What the next step will contain, as far as its time depends on it.
struct StepOutlook {
  std::uint32_t decoding = 0;        // sequences that add one token each
  std::uint64_t decoding_cells = 0;  // sum of the cells that these tokens see
  std::uint32_t prompt_cells = 0;    // cells that a token of the longest prompt sees
};

/// Decides how many tokens fit into a step of the wanted time: from the costs that were measured
/// when the model was loaded, times how much slower the machine has been lately. Not thread-safe.
class StepBudget {
 public:
  /// `target_ms`: how long a step may take while sequences decode. `most`: the most tokens of a
  /// step.
  StepBudget(double target_ms, std::uint32_t most, CostCurve costs);

  std::uint32_t tokens(const StepOutlook& outlook) const noexcept;

  /// Records the time of a step with prompt tokens. `cells` is the sum of the cells that its tokens
  /// saw.
  void record(std::uint32_t tokens, std::uint64_t cells, double elapsed_ms) noexcept;

 private:
  double target_ms_;
  std::uint32_t most_;
  CostCurve costs_;
  double slowness_ = 1;  // of the machine, against the curve; smoothed
};

}  // namespace pcai::backend::llamacpp
