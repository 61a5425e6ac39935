#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pcai::grammar {

/// Whether a pattern (ECMA-262) has look-aheads.
bool looks_ahead(std::string_view pattern);

/// A pattern without look-aheads that matches the same texts; those that it does not match, if
/// `negated`. Nothing where there is none, or none of a reasonable size.
std::optional<std::string> without_look_ahead(std::string_view pattern, bool negated = false);

/// "^(?=a)b" as "^(?:a)" and "^b", which a text must both match. Nothing for other patterns.
std::optional<std::pair<std::string, std::string>> split_look_ahead(std::string_view pattern);

}  // namespace pcai::grammar
