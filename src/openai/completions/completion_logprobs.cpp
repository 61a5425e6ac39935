#include "openai/completions/completion_logprobs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/json_text.h"
#include "core/parameters/limits.h"
#include "openai/response_parts.h"

namespace pcai::openai {
namespace {

std::size_t code_points(std::string_view bytes) {
  return static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

void append_top(std::string& out, const TokenLogprobs& entry, std::uint32_t most) {
  const std::size_t count = std::min<std::size_t>(entry.top.size(), most);
  if (count == 0) {
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
  for (std::size_t i = 0; i < count; ++i) append(entry.top[i]);
  append(entry.chosen);
  out += '}';
}

/// So much of the token as the text begins with; a tokenizer may have put a space in front.
std::size_t common(std::string_view text, std::string_view token) {
  if (text.starts_with(token)) return token.size();
  const bool spaced = token.starts_with(' ') && text.starts_with(token.substr(1));
  return spaced ? token.size() - 1 : 0;
}

void join(std::string& out, std::string_view first, std::string_view second) {
  out += '[';
  out += first;
  if (!first.empty() && !second.empty()) out += ',';
  out += second;
  out += ']';
}

}  // namespace

CompletionLogprobs::CompletionLogprobs(std::string_view echo) : offset_(code_points(echo)) {}

void CompletionLogprobs::add(const TokenLogprobs& entry, std::string_view logprob,
                             std::uint32_t top) {
  if (!tokens_.empty()) {
    for (std::string* list : {&tokens_, &logprobs_, &top_, &offsets_}) *list += ',';
  }
  api::append_string(tokens_, token_name(entry.chosen.bytes));
  logprobs_ += logprob;
  append_top(top_, entry, top);
  offsets_ += std::to_string(offset_);
}

void CompletionLogprobs::add(const std::vector<TokenLogprobs>& entries) {
  for (const TokenLogprobs& entry : entries) {
    std::string logprob;
    append_logprob(logprob, entry.chosen.logprob);
    add(entry, logprob, kMaxTopLogprobs);
    offset_ += code_points(entry.chosen.bytes);
  }
}

std::string CompletionLogprobs::take_json() {
  return take_json(CompletionLogprobs());
}

std::string CompletionLogprobs::take_json(const CompletionLogprobs& before) {
  std::string out = "{\"tokens\":";
  join(out, before.tokens_, std::exchange(tokens_, {}));
  out += ",\"token_logprobs\":";
  join(out, before.logprobs_, std::exchange(logprobs_, {}));
  out += ",\"top_logprobs\":";
  join(out, before.top_, std::exchange(top_, {}));
  out += ",\"text_offset\":";
  join(out, before.offsets_, std::exchange(offsets_, {}));
  return out + "}";
}

void EchoLogprobs::add(const std::vector<TokenLogprobs>& entries, std::string_view echo,
                       std::uint32_t top) {
  for (const TokenLogprobs& entry : entries) {
    std::string logprob = "null";
    if (!lists_.tokens_.empty()) {
      logprob.clear();
      append_logprob(logprob, entry.chosen.logprob);
    }
    lists_.add(entry, logprob, top);
    const std::string_view rest = echo.substr(at_);
    const std::size_t length = common(rest, entry.chosen.bytes);
    lists_.offset_ += code_points(rest.substr(0, length));
    at_ += length;
  }
}

}  // namespace pcai::openai
