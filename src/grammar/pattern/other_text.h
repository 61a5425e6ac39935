#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pcai::grammar {

/// A pattern (ECMA-262) that matches every text but these. Nothing where one is long or not UTF-8.
std::optional<std::string> pattern_of_others(std::vector<std::string> texts);

/// The text as a pattern that matches itself.
std::string literal_pattern(const std::string& text);

}  // namespace pcai::grammar
