#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"

namespace pcai {

/// Room for text that takes few tokens, such as runs of spaces, yet far from what hurts a
/// tokenizer.
inline constexpr std::uint64_t kMaxBytesPerToken = 16;

/// That a prompt of so many `unit`s ("tokens", "bytes") does not fit.
inline tl::unexpected<Error> prompt_overflow(std::uint64_t size, const char* unit,
                                             std::uint32_t context_length) {
  return fail(ErrorCode::ContextOverflow,
              "the prompt has " + std::to_string(size) + " " + unit +
                  ", which does not fit the context of " + std::to_string(context_length) +
                  " tokens with at least one token of answer; shorten the messages",
              "messages");
}

}  // namespace pcai
