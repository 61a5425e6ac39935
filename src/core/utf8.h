#pragma once

#include <string_view>

namespace pcai {

/// True when `text` is UTF-8 throughout: no overlong forms, no surrogates, nothing over U+10FFFF.
bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace pcai
