#include "backend/answer/prompt_limit.h"

namespace pcai::backend::answer {
namespace {

/// Room for text that takes few tokens, such as runs of spaces, yet far from what hurts a
/// tokenizer.
constexpr std::uint64_t kMaxBytesPerToken = 16;

}  // namespace

tl::unexpected<Error> prompt_overflow(std::uint64_t size, const char* unit,
                                      std::uint32_t context_length, const char* path) {
  return fail(ErrorCode::ContextOverflow,
              "the prompt has " + std::to_string(size) + " " + unit +
                  ", which does not fit the context of " + std::to_string(context_length) +
                  " tokens with at least one token of answer; shorten the " + path,
              path);
}

Status check_prompt_bytes(std::size_t bytes, std::uint32_t context_length, const char* path) {
  if (bytes <= kMaxBytesPerToken * context_length) return {};
  return prompt_overflow(bytes, "bytes", context_length, path);
}

Status check_text_bytes(std::size_t bytes, std::uint32_t context_length, const std::string& field) {
  if (bytes <= kMaxBytesPerToken * context_length) return {};
  return fail(ErrorCode::ContextOverflow,
              field + " has " + std::to_string(bytes) + " bytes, far more than the context of " +
                  std::to_string(context_length) + " tokens can hold; shorten it",
              field);
}

}  // namespace pcai::backend::answer
