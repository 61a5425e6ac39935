#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace pcai::grammar {

/// A regular expression of a JSON schema, which is ECMA-262's, in the words of the Rust dialect
/// that llguidance reads, where both have the same signs for different things: `.`, `\s`, `\S`, `[`
/// inside a class. The error tells what has no counterpart, or would be matched wrongly. What is
/// wrong in both dialects stays as it is.
tl::expected<std::string, std::string> translate_pattern(std::string_view pattern);

}  // namespace pcai::grammar
