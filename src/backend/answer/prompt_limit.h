#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/result.h"

namespace pcai {

/// That a prompt of so many `unit`s ("tokens", "bytes") does not fit.
tl::unexpected<Error> prompt_overflow(std::uint64_t size, const char* unit,
                                      std::uint32_t context_length);

/// Refuses a prompt of far more text than the context holds, before it is tokenized.
Status check_prompt_bytes(std::size_t bytes, std::uint32_t context_length);

/// The same of a text that is no prompt; the message and `field` name it.
Status check_text_bytes(std::size_t bytes, std::uint32_t context_length, const std::string& field);

}  // namespace pcai
