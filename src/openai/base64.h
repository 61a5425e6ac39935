#pragma once

#include <string>
#include <string_view>

namespace pcai {

/// Appends the bytes in base64, padded.
void append_base64(std::string& out, std::string_view bytes);

}  // namespace pcai
