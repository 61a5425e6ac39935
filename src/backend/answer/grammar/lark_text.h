#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pcai::backend::answer {

/// The special token of this name; nothing if the vocabulary has none.
using TokenOf = std::function<std::optional<std::int32_t>(std::string_view)>;

/// Any text, as a regular expression in Lark.
inline constexpr const char* kAnyText = R"(/(.|\n)*/)";

/// A text in Lark, as a string.
std::string lark_string(std::string_view text);

/// A mark in Lark: the special tokens that are in it, and the text between them as strings.
std::string lark_mark(std::string_view mark, const TokenOf& token_of);

/// A Lark rule of this name that matches any text up to the mark, and the mark.
std::string lark_until(std::string_view rule, std::string_view mark, const TokenOf& token_of);

}  // namespace pcai::backend::answer
