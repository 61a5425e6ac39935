#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace pcai::grammar {

/// Writes a grammar in GBNF, llama.cpp's notation, as a Lark grammar with the same language. Each
/// character becomes a terminal of its own, so that Lark's lexer, which takes the longest match,
/// has nothing to choose. `source` is valid UTF-8. Fails with InvalidRequest that names the line.
Result<std::string> lark_of_gbnf(std::string_view source);

}  // namespace pcai::grammar
