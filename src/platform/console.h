#pragma once

#include <cstddef>
#include <cstdio>

namespace pcai::platform {

/// True if the stream is a terminal that a person reads.
bool is_terminal(std::FILE* stream) noexcept;

/// Columns of the terminal on `stream`; 80 if it is none.
std::size_t terminal_width(std::FILE* stream) noexcept;

/// True if the stream is a terminal that acts on escape sequences, such as those of colours.
bool acts_on_escapes(std::FILE* stream) noexcept;

}  // namespace pcai::platform
