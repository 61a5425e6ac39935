#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pcai::api {

/// Appends the bytes in base64, padded.
void append_base64(std::string& out, std::string_view bytes);

/// The bytes of padded base64. Nothing for what append_base64 never writes: other letters, spaces,
/// a length that is no multiple of 4, bits that are left over.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace pcai::api
