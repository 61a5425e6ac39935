#pragma once

#include <string>
#include <string_view>

#include "grammar/grammar_compiler.h"

namespace pcai::grammar::bytes {

constexpr std::int32_t kEnd = 256;
constexpr std::int32_t kQuotedName = 257;  // a token of several bytes: "name":

/// A token for each byte, an end token, and one longer token.
inline Vocabulary vocabulary() {
  Vocabulary vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary.tokens.push_back({std::string(1, static_cast<char>(byte))});
  }
  vocabulary.tokens.push_back({"<|end|>", true});
  vocabulary.tokens.push_back({"\"name\":"});
  vocabulary.ends = {kEnd};
  vocabulary.tokenize = [](std::string_view text) {
    std::vector<std::int32_t> tokens;
    for (const char c : text) tokens.push_back(static_cast<unsigned char>(c));
    return tokens;
  };
  return vocabulary;
}

inline std::unique_ptr<GrammarCompiler> compiler(bool open_objects = false) {
  return std::move(*GrammarCompiler::create(vocabulary(), open_objects));
}

/// Whether the matcher takes the whole text and may end after it.
inline bool matches(GrammarMatcher matcher, std::string_view text) {
  for (const char c : text) {
    const std::int32_t token = static_cast<unsigned char>(c);
    if (!matcher.allows(token)) return false;
    matcher.accept(token);
  }
  return matcher.complete() || matcher.allows(kEnd);
}

}  // namespace pcai::grammar::bytes
