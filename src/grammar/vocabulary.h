#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pcai::grammar {

/// A model's tokens, as a grammar sees them.
struct Vocabulary {
  struct Token {
    std::string bytes;     // for a special token its name, such as "<|im_end|>"
    bool special = false;  // never part of text
  };

  std::vector<Token> tokens;       // by id
  std::vector<std::int32_t> ends;  // ids that end an answer; at least one

  /// Tokenizes text without special tokens. Any thread may call it while the compiler lives.
  std::function<std::vector<std::int32_t>(std::string_view)> tokenize;
};

}  // namespace pcai::grammar
