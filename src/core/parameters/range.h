#pragma once

#include <limits>
#include <string>

namespace pcai {

/// Bounds, both included unless `above_min`: of a number's value, a text's bytes, or the number of
/// items or members.
struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool above_min = false;  // min itself is outside
};

/// False for NaN.
bool contains(const Range& range, double amount) noexcept;

/// "from 0 to 2", "above 0", "at least 1"; "" without bounds.
std::string range_text(const Range& range);

/// The shortest text that is read as the same number.
std::string number_text(double number);
std::string number_text(float number);

}  // namespace pcai
