#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

constexpr std::string_view kTokensKey = "tokenizer.ggml.tokens";
constexpr std::string_view kTokenTypesKey = "tokenizer.ggml.token_type";
constexpr std::uint64_t kMaxTokens = 1 << 20;
constexpr std::uint64_t kMaxTokenBytes = 64 << 10;

/// A special token of a header that llama.cpp does not read as it stands.
struct OddSpecialToken {
  std::string key;
  std::uint32_t id = 0;     // as a header should have it; kNoToken = it is set aside
  bool is_outside = false;  // it names no token, nor that there is none
};
constexpr std::uint32_t kNoToken = 0xFFFF'FFFF;

/// Those with an id outside the vocabulary, which published models have, and those whose number is
/// of another type than uint32.
std::vector<OddSpecialToken> odd_special_tokens(const GgufFile& file);

/// Collects a vocabulary's elements while a header is read, in whatever order its arrays come. It
/// keeps a few bytes of each, and checks them together at the end.
class GgufVocabulary {
 public:
  void add_token(std::string_view text);
  void add_type(std::int64_t type);

  /// Fails with InvalidModel if the vocabulary is inconsistent: two equal tokens, arrays of unequal
  /// length or wrong type, a byte token that is not "<0xHH>", a special token that is no number.
  Status check(const GgufFile& file) const;

 private:
  Status check_arrays(const GgufFile& file) const;
  Status check_tokens() const;
  static Status check_special_tokens(const GgufFile& file);

  std::vector<std::uint64_t> hashes_;  // of each token's text
  std::vector<bool> is_byte_text_;     // the text reads "<0xHH>"
  std::vector<bool> is_byte_type_;
};

}  // namespace pcai::models
