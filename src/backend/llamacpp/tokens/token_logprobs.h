#pragma once

#include <cstdint>
#include <span>

#include "backend/llamacpp/tokens/tokenizer.h"
#include "core/event.h"

namespace pcai::backend::llamacpp {

/// The natural logarithms of the probabilities of `token` and of the `top` likeliest tokens
/// (equally likely ones by their ids), before temperature and all other settings. `logits` has one
/// entry per token of the vocabulary. A pure function.
TokenLogprobs token_logprobs(std::span<const float> logits, llama_token token, std::uint32_t top,
                             const Tokenizer& tokenizer);

}  // namespace pcai::backend::llamacpp
