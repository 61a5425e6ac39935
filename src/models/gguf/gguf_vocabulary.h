#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

constexpr std::string_view kTokensKey = "tokenizer.ggml.tokens";
constexpr std::string_view kTokenTypesKey = "tokenizer.ggml.token_type";
constexpr std::uint64_t kMaxTokens = 1 << 20;
constexpr std::uint64_t kMaxTokenBytes = 64 << 10;

/// Collects a vocabulary's elements while a header is read, in whatever order its arrays come. It
/// keeps a few bytes of each, and checks them together at the end.
class GgufVocabulary {
 public:
  void add_token(std::string_view text);
  void add_type(std::int64_t type);

  /// Fails with InvalidModel if the vocabulary is inconsistent: two equal tokens, arrays of unequal
  /// length or wrong type, a byte token that is not "<0xHH>", a special token that does not exist.
  Status check(const GgufFile& file) const;

 private:
  Status check_arrays(const GgufFile& file) const;
  Status check_tokens() const;
  Status check_special_tokens(const GgufFile& file) const;

  std::vector<std::uint64_t> hashes_;  // of each token's text
  std::vector<bool> is_byte_text_;     // the text reads "<0xHH>"
  std::vector<bool> is_byte_type_;
};

}  // namespace pcai::models
