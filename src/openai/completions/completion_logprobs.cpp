#include "openai/completions/completion_logprobs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/json_text.h"
#include "core/utf8.h"
#include "openai/response_parts.h"

namespace pcai::openai {
namespace {

/// Tokens are keys here: those that are no text are written as OpenAI does, "bytes:\xe2\x80".
std::string token_name(const std::string& bytes) {
  if (is_valid_utf8(bytes)) return bytes;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name = "bytes:";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    name += "\\x";
    name += kDigits[byte >> 4];
    name += kDigits[byte & 15];
  }
  return name;
}

std::size_t code_points(const std::string& bytes) {
  return static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

void append_top(std::string& out, const TokenLogprobs& entry) {
  if (entry.top.empty()) {
    out += "null";
    return;
  }
  std::set<std::string> names;
  out += '{';
  const auto append = [&](const TokenLogprob& token) {
    const std::string name = token_name(token.bytes);
    if (!names.insert(name).second) return;
    if (names.size() > 1) out += ',';
    api::append_string(out, name);
    out += ':';
    append_logprob(out, token.logprob);
  };
  for (const TokenLogprob& token : entry.top) append(token);
  append(entry.chosen);
  out += '}';
}

}  // namespace

void CompletionLogprobs::add(const std::vector<TokenLogprobs>& entries) {
  for (const TokenLogprobs& entry : entries) {
    if (!tokens_.empty()) {
      for (std::string* list : {&tokens_, &logprobs_, &top_, &offsets_}) *list += ',';
    }
    api::append_string(tokens_, token_name(entry.chosen.bytes));
    append_logprob(logprobs_, entry.chosen.logprob);
    append_top(top_, entry);
    offsets_ += std::to_string(offset_);
    offset_ += code_points(entry.chosen.bytes);
  }
}

std::string CompletionLogprobs::take_json() {
  return "{\"tokens\":[" + std::exchange(tokens_, {}) + "],\"token_logprobs\":[" +
         std::exchange(logprobs_, {}) + "],\"top_logprobs\":[" + std::exchange(top_, {}) +
         "],\"text_offset\":[" + std::exchange(offsets_, {}) + "]}";
}

}  // namespace pcai::openai
