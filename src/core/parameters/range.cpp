#include "core/parameters/range.h"

#include <array>
#include <charconv>
#include <cmath>

namespace pcai {
namespace {

template <class Number>
std::string shortest(Number number) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr};
}

}  // namespace

bool contains(const Range& range, double amount) noexcept {
  return (range.above_min ? amount > range.min : amount >= range.min) && amount <= range.max;
}

std::string range_text(const Range& range) {
  if (std::isinf(range.min) && std::isinf(range.max)) return "";
  const std::string min = (range.above_min ? "above " : "") + number_text(range.min);
  if (std::isinf(range.max)) return range.above_min ? min : "at least " + min;
  if (std::isinf(range.min)) return "at most " + number_text(range.max);
  if (range.above_min) return min + " and at most " + number_text(range.max);
  return "from " + min + " to " + number_text(range.max);
}

std::string number_text(double number) {
  if (std::abs(number) < 1e15 && number == std::floor(number)) {
    return shortest(static_cast<long long>(number));
  }
  return shortest(number);
}

std::string number_text(float number) {
  return shortest(number);
}

}  // namespace pcai
