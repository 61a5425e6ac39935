#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"

namespace pcai {

/// A prompt of more than this many bytes per token of the context is refused before it is
/// tokenized. It leaves room for text that takes few tokens, such as runs of spaces, and protects
/// the tokenizer from huge text.
inline constexpr std::uint64_t kMaxBytesPerToken = 16;

/// ContextOverflow for a prompt of `size` units; `unit` is "tokens" or "bytes".
inline tl::unexpected<Error> prompt_overflow(std::uint64_t size, const char* unit,
                                             std::uint32_t context_length) {
  return fail(ErrorCode::ContextOverflow,
              "the prompt has " + std::to_string(size) + " " + unit +
                  ", which does not fit the context of " + std::to_string(context_length) +
                  " tokens with at least one token of answer; shorten the messages",
              "messages");
}

}  // namespace pcai
