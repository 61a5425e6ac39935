#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace pcai::grammar {

/// Translates a JSON schema's regular expression (ECMA-262) into the Rust dialect that llguidance
/// reads, where the same signs mean different things: `.`, `\s`, `\S`, `[` inside a class. Fails
/// with the reason if something has no counterpart or would be matched wrongly. What is wrong in
/// both dialects is left as it is.
tl::expected<std::string, std::string> translate_pattern(std::string_view pattern);

}  // namespace pcai::grammar
