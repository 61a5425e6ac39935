#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pcai::api {

/// Appends the bytes in base64, padded.
void append_base64(std::string& out, std::string_view bytes);

/// Decodes padded base64. Returns nothing for text that append_base64 never writes: other letters,
/// spaces, a length that is no multiple of 4, left-over bits.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace pcai::api
