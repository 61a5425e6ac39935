#pragma once

#include <cstdint>
#include <vector>

namespace pcai::backend::llamacpp {

/// What a step of a model costs on this machine: so much for its tokens together, and so much for
/// each cell of the KV cache that each of them sees.
class CostCurve {
 public:
  struct Point {
    std::uint32_t tokens;
    double ms;
  };

  /// A guess, where nothing was measured.
  CostCurve() : CostCurve({{1, 10}}, 0) {}

  /// `points` by rising tokens, of steps that see no cells to speak of; at least one. Times that
  /// fall from one to the next are noise and are raised.
  CostCurve(std::vector<Point> points, double ms_per_cell);

  /// Of `tokens` tokens that see `cells` cells, summed over them. Between two points in
  /// proportion; beyond the last as between the last two, or from nothing where there is but one.
  double ms(std::uint32_t tokens, std::uint64_t cells) const noexcept;

  const std::vector<Point>& points() const noexcept { return points_; }
  double ms_per_cell() const noexcept { return ms_per_cell_; }

 private:
  std::vector<Point> points_;
  double ms_per_cell_;
};

}  // namespace pcai::backend::llamacpp
