#include "api/fields/keep_alive_field.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace pcai::api {
namespace {

constexpr double kLongest = 1e12;  // milliseconds; far more than a program runs
constexpr std::size_t kMaxText = 64;

constexpr std::array<std::pair<std::string_view, double>, 8> kUnits{{{"ns", 1e-6},
                                                                     {"us", 1e-3},
                                                                     {"\u00b5s", 1e-3},
                                                                     {"\u03bcs", 1e-3},
                                                                     {"ms", 1},
                                                                     {"s", 1e3},
                                                                     {"m", 60e3},
                                                                     {"h", 3600e3}}};

/// A number at the front of the text, which it takes away.
std::optional<double> take_number(std::string_view& text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// "1h30m" or "300", without a sign, in milliseconds.
std::optional<double> parse_duration(std::string_view text) {
  double sum = 0;
  bool is_first = true;
  do {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    if (text.empty() && is_first) return *number * 1e3;
    const std::string_view unit = text.substr(0, text.find_first_of(".0123456789"));
    const auto known = std::find_if(kUnits.begin(), kUnits.end(),
                                    [unit](const auto& entry) { return entry.first == unit; });
    if (known == kUnits.end()) return std::nullopt;
    sum += *number * known->second;
    text.remove_prefix(unit.size());
    is_first = false;
  } while (!text.empty());
  return sum;
}

std::optional<double> milliseconds_of(const Json& value) {
  if (value.is_number()) return value.get<double>() * 1e3;
  if (!value.is_string()) return std::nullopt;
  std::string_view text = value.get_ref<const std::string&>();
  if (text.empty() || text.size() > kMaxText) return std::nullopt;
  const bool is_negative = text.front() == '-';
  if (is_negative || text.front() == '+') text.remove_prefix(1);
  const auto amount = parse_duration(text);
  if (!amount) return std::nullopt;
  return is_negative ? -*amount : *amount;
}

}  // namespace

Result<std::chrono::milliseconds> read_keep_alive(const Json& value, const std::string& path) {
  const auto amount = milliseconds_of(value);
  if (!amount || !std::isfinite(*amount)) {
    return fail(ErrorCode::InvalidRequest,
                path + " must be a number of seconds or a text such as '5m', not " +
                    (value.is_string() ? quote_text(value.get_ref<const std::string&>())
                                       : quote_text(to_text(value))),
                path);
  }
  // What is above 0 stays above 0, and what is below it below.
  const double rounded = *amount > 0 ? std::ceil(*amount) : std::floor(*amount);
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(std::clamp(rounded, -kLongest, kLongest)));
}

}  // namespace pcai::api
