#include "backend/llamacpp/plan/cost_curve.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace pcai::backend::llamacpp {

CostCurve::CostCurve(std::vector<Point> points, double ms_per_cell)
    : points_(std::move(points)), ms_per_cell_(std::max(ms_per_cell, 0.0)) {
  assert(!points_.empty());
  for (std::size_t i = 1; i < points_.size(); ++i) {
    points_[i].ms = std::max(points_[i].ms, points_[i - 1].ms);
  }
}

double CostCurve::ms(std::uint32_t tokens, std::uint64_t cells) const noexcept {
  const double attention = ms_per_cell_ * static_cast<double>(cells);
  if (tokens == 0) return 0;
  const auto above = std::find_if(points_.begin(), points_.end(),
                                  [&](const Point& point) { return point.tokens >= tokens; });
  if (above == points_.begin() && points_.size() > 1) return above->ms + attention;
  const Point high = above == points_.end() ? points_.back() : *above;
  const std::size_t index =
      static_cast<std::size_t>(std::min(above, points_.end() - 1) - points_.begin());
  const Point low = index == 0 ? Point{0, 0} : points_[index - 1];
  const double slope = (high.ms - low.ms) / (high.tokens - low.tokens);
  return low.ms + slope * (static_cast<double>(tokens) - low.tokens) + attention;
}

}  // namespace pcai::backend::llamacpp
