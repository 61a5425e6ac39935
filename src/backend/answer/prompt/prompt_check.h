#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/answer/prompt/prompt_tokenizer.h"
#include "backend/inference_backend.h"
#include "core/model.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai::backend::answer {

/// What is refused before a prompt is looked at: what check_request and check_supported refuse, a
/// request to a model that does not generate, and a bias for a token that it does not have.
Status check_answerable(const GenerateRequest& request, const ModelInfo& model,
                        const BackendDescriptor& backend);

/// Fails with InvalidRequest, and that field, for a token outside a vocabulary of that size.
Status check_tokens(const std::vector<std::int32_t>& tokens, std::int32_t vocabulary_size,
                    const std::string& field);

/// The tokens of a prompt of text or tokens; there is at least one. Fails with InvalidRequest, or
/// ContextOverflow for far more text than the context holds.
Result<std::vector<std::int32_t>> read_prompt(const TextPrompt& prompt,
                                              const PromptTokenizer& tokenizer,
                                              std::uint32_t context_length);
Result<std::vector<std::int32_t>> read_prompt(const TokenPrompt& prompt,
                                              const PromptTokenizer& tokenizer);

}  // namespace pcai::backend::answer
