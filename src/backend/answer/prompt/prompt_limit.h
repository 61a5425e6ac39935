#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/prompt/prompt_tokenizer.h"
#include "core/result.h"

namespace pcai::backend::answer {

/// The error for a prompt of that many `unit`s ("tokens", "bytes"), which does not fit. `path`
/// names the member of the request that the prompt was made of.
tl::unexpected<Error> prompt_overflow(std::uint64_t size, const char* unit,
                                      std::uint32_t context_length, const char* path = "messages");

/// Whether a text is so much longer than the context that it is not to be tokenized as a whole.
bool far_exceeds(std::size_t bytes, std::uint32_t context_length) noexcept;

/// Refuses a prompt that far_exceeds() the context, before it is tokenized. Its tokens are counted
/// in small pieces, so that the message has both numbers as all of prompt_overflow() have: "N
/// tokens", the prompt's first. Other APIs make their own words of them.
Status check_prompt_bytes(std::string_view prompt, const PromptTokenizer& tokenizer,
                          std::uint32_t context_length, const char* path = "messages");

/// The same for a text that is not a prompt. The message and `field` name it.
Status check_text_bytes(std::size_t bytes, std::uint32_t context_length, const std::string& field);

/// The beginning of a text, long enough for `most` tokens but not far longer. It ends where a
/// character does.
std::string_view beginning(std::string_view text, std::uint32_t most) noexcept;

/// Leaves out the end of an embedding's input that has more than `most` tokens, and tells whether
/// it had. A special token at the end, such as an encoder's separator, stays there. `most` is not
/// 0.
bool truncate(std::vector<std::int32_t>& tokens, std::uint32_t most,
              const PromptTokenizer& tokenizer);

}  // namespace pcai::backend::answer
