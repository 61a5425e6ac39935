#pragma once

#include <cstdint>
#include <vector>

namespace pcai::backend::llamacpp {

/// How long a step of the model takes on this machine: a time that depends on the number of its
/// tokens, plus a time for each cell of the KV cache that each token sees.
class CostCurve {
 public:
  struct Point {
    std::uint32_t tokens;
    double ms;
  };

  /// A guess, for use before anything was measured.
  CostCurve() : CostCurve({{1, 10}}, 0) {}

  /// `points`: measured steps with hardly any cells, in the order of their tokens; at least one. If
  /// a time is below the one before, that is noise and it is raised. `ms_per_cell`: milliseconds
  /// per cell and token.
  CostCurve(std::vector<Point> points, double ms_per_cell);

  /// The milliseconds of a step of `tokens` tokens that together see `cells` cells. Interpolates
  /// between two points. Beyond the last one it goes on as between the last two, or in proportion
  /// to a single one.
  double ms(std::uint32_t tokens, std::uint64_t cells) const noexcept;

  const std::vector<Point>& points() const noexcept { return points_; }
  double ms_per_cell() const noexcept { return ms_per_cell_; }

 private:
  std::vector<Point> points_;
  double ms_per_cell_;
};

}  // namespace pcai::backend::llamacpp
