#pragma once

#include <span>

#include "backend/llamacpp/load/model_file.h"
#include "backend/llamacpp/plan/batch_planner.h"
#include "backend/llamacpp/tokens/tokenizer.h"
#include "core/request.h"

namespace pcai::backend::llamacpp {

/// What a request's parameters do with logits, by llama.cpp's samplers in llama.cpp's order.
/// Applied to all tokens of the vocabulary it selects one. Without a seed it takes a random one.
/// The prompt counts for repeat_penalty, not for the other two.
LlamaSamplerPtr make_sampler_chain(const Tokenizer& tokenizer, const GenerateParams& params,
                                   std::span<const Token> prompt);

/// Whether the chain always selects the largest logit, so that one need not apply it.
bool takes_the_largest(const GenerateParams& params);

}  // namespace pcai::backend::llamacpp
