#include "models/gguf/gguf_vocabulary.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <random>
#include <string>

#include "models/gguf/damaged.h"
#include "models/printable.h"

namespace pcai::models {
namespace {

constexpr std::int64_t kByteTokenType = 6;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_byte_text(std::string_view text) {
  return text.size() == 6 && text.starts_with("<0x") && is_hex_digit(text[3]) &&
         is_hex_digit(text[4]) && text[5] == '>';
}

template <class Visit>
void for_each_special_token(const GgufFile& file, Visit visit) {
  constexpr std::string_view kPrefix = "tokenizer.ggml.";
  for (auto at = file.values.lower_bound(kPrefix); at != file.values.end(); ++at) {
    if (!at->first.starts_with(kPrefix)) break;
    if (at->first.ends_with("_token_id")) visit(at->first, at->second);
  }
}

}  // namespace

void GgufVocabulary::add_token(std::string_view text) {
  // llama.cpp reads tokens as C strings and gives each empty one this name.
  text = text.substr(0, text.find('\0'));
  const std::hash<std::string_view> hash;
  hashes_.push_back(text.empty() ? hash("[EMPTY_" + std::to_string(hashes_.size()) + "]")
                                 : hash(text));
  is_byte_text_.push_back(is_byte_text(text));
}

void GgufVocabulary::add_type(std::int64_t type) {
  is_byte_type_.push_back(type == kByteTokenType);
}

Status GgufVocabulary::check(const GgufFile& file) const {
  if (file.find(kTokensKey) == nullptr) return {};
  return check_arrays(file).and_then([&] { return check_tokens(); }).and_then([&] {
    return check_special_tokens(file);
  });
}

Status GgufVocabulary::check_arrays(const GgufFile& file) const {
  struct Companion {
    std::string_view key;
    bool (*fits)(GgufType);
  };
  static constexpr Companion kCompanions[] = {
      {kTokensKey, [](GgufType type) { return type == GgufType::String; }},
      {kTokenTypesKey, [](GgufType type) { return type == GgufType::Int32; }},
      {"tokenizer.ggml.scores",
       [](GgufType type) { return type == GgufType::Float32 || type == GgufType::Int32; }},
  };
  const std::uint64_t tokens = hashes_.size();
  for (const auto& [key, fits] : kCompanions) {
    if (file.find(key) == nullptr) continue;
    const GgufArray* array = file.array(key);
    if (array == nullptr || !fits(array->type)) {
      return damaged(std::string(key) + " is of the wrong type");
    }
    if (array->count != tokens) {
      return damaged(std::string(key) + " has " + std::to_string(array->count) + " elements for " +
                     std::to_string(tokens) + " tokens");
    }
  }
  if (tokens == 0) return damaged("its vocabulary is empty");
  return {};
}

Status GgufVocabulary::check_tokens() const {
  // An open-addressing table of 1 + the token's number, 0 = free. A file's author must not be able
  // to make them all meet in one slot, so a random factor spreads them.
  static const std::uint64_t factor = std::random_device{}() | 1U;
  std::vector<std::uint32_t> slots(std::bit_ceil(2 * hashes_.size()));
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    std::size_t slot = (hashes_[i] * factor >> 32) & (slots.size() - 1);
    for (; slots[slot] != 0; slot = (slot + 1) & (slots.size() - 1)) {
      if (hashes_[slots[slot] - 1] == hashes_[i]) {
        return damaged("its tokens " + std::to_string(slots[slot] - 1) + " and " +
                       std::to_string(i) + " are the same");
      }
    }
    slots[slot] = static_cast<std::uint32_t>(i + 1);
  }
  for (std::size_t i = 0; i < is_byte_type_.size(); ++i) {
    if (is_byte_type_[i] && !is_byte_text_[i]) {
      return damaged("its token " + std::to_string(i) + " is a byte but does not read <0xHH>");
    }
  }
  return {};
}

Status GgufVocabulary::check_special_tokens(const GgufFile& file) {
  Status status;
  for_each_special_token(file, [&](const std::string& key, const GgufValue& value) {
    const bool is_number = std::holds_alternative<std::uint64_t>(value.data) ||
                           std::holds_alternative<std::int64_t>(value.data);
    if (!is_number && status) status = damaged(in_quotes(key) + " is not a token's number");
  });
  return status;
}

std::vector<OddSpecialToken> odd_special_tokens(const GgufFile& file) {
  std::vector<OddSpecialToken> odd;
  const GgufArray* const tokens = file.array(kTokensKey);
  if (tokens == nullptr) return odd;
  for_each_special_token(file, [&](const std::string& key, const GgufValue& value) {
    const auto id = file.number(key);
    const auto* const number = std::get_if<std::int64_t>(&value.data);
    const bool is_none = number != nullptr ? *number == -1 : id == kNoToken;
    const bool is_outside = !is_none && (!id || *id >= tokens->count);
    if (!is_outside && value.type == GgufType::UInt32) return;
    odd.push_back({.key = key,
                   .id = is_none || is_outside ? kNoToken : static_cast<std::uint32_t>(*id),
                   .is_outside = is_outside});
  });
  return odd;
}

}  // namespace pcai::models
