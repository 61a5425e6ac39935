#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace pcai::models {

/// Makes text from a file fit for a message, a log line, a terminal or JSON: valid UTF-8 in which
/// each control character became "?". Text of more than `max_bytes` is cut and ends in "…".
std::string printable(std::string_view text, std::size_t max_bytes = 200);

/// The text's first 80 bytes, printable and between quotation marks, for a message.
std::string in_quotes(std::string_view text);

/// The path as UTF-8, whole, under the same rules.
std::string printable_path(const std::filesystem::path& path);

}  // namespace pcai::models
