#pragma once

#include <bitset>
#include <string_view>
#include <vector>

namespace pcai::backend::llamacpp {

/// A set of code points.
class SymbolSet {
 public:
  void add(char32_t first, char32_t last);

  /// All symbols of a class: "s" for blanks, "d" for digits, "S" and "D" for the others, as
  /// std::regex knows them in the locale "C". False if there is no such class.
  bool add_class(char32_t name);

  /// All symbols of a category in the collapsed text (collapsed_symbol.h), such as "L". False if
  /// there is no such category.
  bool add_category(std::u32string_view name);

  void negate() { negated_ = !negated_; }

  bool contains(char32_t symbol) const {
    if (symbol < kLow) return low_[symbol] != negated_;
    return in_ranges(symbol) != negated_;
  }

 private:
  static constexpr char32_t kLow = 256;
  struct Range {
    char32_t first;
    char32_t last;
  };

  bool in_ranges(char32_t symbol) const;

  std::bitset<kLow> low_;
  std::vector<Range> ranges_;  // of symbols from kLow on
  bool negated_ = false;
};

}  // namespace pcai::backend::llamacpp
