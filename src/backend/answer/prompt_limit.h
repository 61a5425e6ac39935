#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/result.h"

namespace pcai::backend::answer {

/// The error for a prompt of that many `unit`s ("tokens", "bytes"), which does not fit. `path`
/// names the member of the request that the prompt was made of.
tl::unexpected<Error> prompt_overflow(std::uint64_t size, const char* unit,
                                      std::uint32_t context_length, const char* path = "messages");

/// Refuses a prompt of far more text than the context holds, before it is tokenized.
Status check_prompt_bytes(std::size_t bytes, std::uint32_t context_length,
                          const char* path = "messages");

/// The same for a text that is not a prompt. The message and `field` name it.
Status check_text_bytes(std::size_t bytes, std::uint32_t context_length, const std::string& field);

}  // namespace pcai::backend::answer
