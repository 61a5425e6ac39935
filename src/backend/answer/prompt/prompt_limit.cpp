#include "backend/answer/prompt/prompt_limit.h"

#include <algorithm>

namespace pcai::backend::answer {
namespace {

/// Room for text that takes few tokens, such as runs of spaces, yet far from what hurts a
/// tokenizer.
constexpr std::uint64_t kMaxBytesPerToken = 16;

constexpr std::uint64_t kMaxCountedBytes = 1 << 20;
constexpr std::size_t kPieceBytes = 8 << 10;

bool starts_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

/// A token more or less at each cut.
std::uint64_t count_in_pieces(std::string_view text, const PromptTokenizer& tokenizer) {
  std::uint64_t tokens = 0;
  while (!text.empty()) {
    std::size_t end = std::min(kPieceBytes, text.size());
    while (end < text.size() && end > 1 && !starts_character(text[end])) --end;
    const auto piece = tokenizer.tokenize(text.substr(0, end), false, false);
    if (piece) tokens += piece->size();
    text.remove_prefix(end);
  }
  return tokens;
}

}  // namespace

tl::unexpected<Error> prompt_overflow(std::uint64_t size, const char* unit,
                                      std::uint32_t context_length, const char* path) {
  return fail(ErrorCode::ContextOverflow,
              "the prompt has " + std::to_string(size) + " " + unit +
                  ", which does not fit the context of " + std::to_string(context_length) +
                  " tokens with at least one token of answer; shorten the " + path,
              path);
}

bool far_exceeds(std::size_t bytes, std::uint32_t context_length) noexcept {
  return bytes > kMaxBytesPerToken * context_length;
}

Status check_prompt_bytes(std::string_view prompt, const PromptTokenizer& tokenizer,
                          std::uint32_t context_length, const char* path) {
  if (!far_exceeds(prompt.size(), context_length)) return {};
  const std::string_view counted =
      prompt.substr(0, std::max(kMaxCountedBytes, kMaxBytesPerToken * context_length));
  const std::uint64_t tokens = count_in_pieces(counted, tokenizer);
  const std::string context = std::to_string(context_length) + " tokens";
  std::string size = std::to_string(prompt.size()) + " bytes";
  if (tokens > context_length) {
    size = (counted.size() < prompt.size() ? "at least " : "about ") + std::to_string(tokens) +
           " tokens";
  }
  return fail(ErrorCode::ContextOverflow,
              "the prompt has " + size + ", far more than the context of " + context +
                  " holds; shorten the " + path,
              path);
}

Status check_text_bytes(std::size_t bytes, std::uint32_t context_length, const std::string& field) {
  if (!far_exceeds(bytes, context_length)) return {};
  return fail(ErrorCode::ContextOverflow,
              field + " has " + std::to_string(bytes) + " bytes, far more than the context of " +
                  std::to_string(context_length) + " tokens can hold; shorten it",
              field);
}

std::string_view beginning(std::string_view text, std::uint32_t most) noexcept {
  if (!far_exceeds(text.size(), most)) return text;
  std::size_t end = kMaxBytesPerToken * most;
  while (end > 0 && !starts_character(text[end])) --end;
  return text.substr(0, end);
}

bool truncate(std::vector<std::int32_t>& tokens, std::uint32_t most,
              const PromptTokenizer& tokenizer) {
  if (tokens.size() <= most) return false;
  const std::int32_t last = tokens.back();
  tokens.resize(most);
  if (tokenizer.detokenize({last}).empty()) tokens.back() = last;
  return true;
}

}  // namespace pcai::backend::answer
