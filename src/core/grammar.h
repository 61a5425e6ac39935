#pragma once

#include <cstdint>
#include <string>

namespace pcai {

/// A JSON schema, a regular expression, a Lark grammar, a grammar in llama.cpp's GBNF.
enum class GrammarKind : std::uint8_t { JsonSchema, Regex, Lark, Gbnf };

/// What the text of an answer must match, from its first to its last character. A source with
/// something in it that cannot be enforced is refused, never ignored.
struct Grammar {
  GrammarKind kind = GrammarKind::JsonSchema;
  std::string source;
};

}  // namespace pcai
