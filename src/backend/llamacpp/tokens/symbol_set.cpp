#include "backend/llamacpp/tokens/symbol_set.h"

#include <algorithm>

#include "backend/llamacpp/tokens/collapsed_symbol.h"

namespace pcai::backend::llamacpp {

void SymbolSet::add(char32_t first, char32_t last) {
  for (char32_t symbol = first; symbol <= last && symbol < kLow; ++symbol) low_.set(symbol);
  if (last >= kLow) ranges_.push_back({std::max(first, kLow), last});
}

bool SymbolSet::add_class(char32_t name) {
  const bool blanks = name == U's' || name == U'S';
  if (!blanks && name != U'd' && name != U'D') return false;
  const auto belongs = [blanks](char32_t symbol) {
    if (blanks) return symbol == U' ' || (symbol >= U'\t' && symbol <= U'\r');
    return symbol >= U'0' && symbol <= U'9';
  };
  const bool others = name == U'S' || name == U'D';
  for (char32_t symbol = 0; symbol < kLow; ++symbol) {
    if (belongs(symbol) != others) low_.set(symbol);
  }
  if (others) ranges_.push_back({kLow, 0xFFFFFFFF});
  return true;
}

bool SymbolSet::add_category(std::u32string_view name) {
  const auto* category = std::ranges::find(kCollapsedCategories, name, &CollapsedCategory::name);
  if (category == kCollapsedCategories.end()) return false;
  low_.set(category->symbol);
  for (std::size_t i = 0; i < category->ascii.size(); i += 2) {
    add(category->ascii[i], category->ascii[i + 1]);
  }
  return true;
}

bool SymbolSet::in_ranges(char32_t symbol) const {
  return std::ranges::any_of(ranges_, [symbol](const Range& range) {
    return range.first <= symbol && symbol <= range.last;
  });
}

}  // namespace pcai::backend::llamacpp
