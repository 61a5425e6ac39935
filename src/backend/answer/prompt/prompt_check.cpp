#include "backend/answer/prompt/prompt_check.h"

#include <utility>

#include "backend/answer/prompt/prompt_limit.h"
#include "backend/supported.h"

namespace pcai::backend::answer {

Status check_tokens(const std::vector<std::int32_t>& tokens, std::int32_t vocabulary_size,
                    const std::string& field) {
  for (const std::int32_t token : tokens) {
    if (token >= 0 && token < vocabulary_size) continue;
    return fail(ErrorCode::InvalidRequest,
                "token " + std::to_string(token) + " is not in the model's vocabulary of " +
                    std::to_string(vocabulary_size),
                field);
  }
  return {};
}

Status check_answerable(const GenerateRequest& request, const ModelInfo& model,
                        const BackendDescriptor& backend) {
  if (Status status = check_request(request); !status) return status;
  if (Status status = check_supported(request, backend); !status) return status;
  if (!model.generates) {
    return fail(ErrorCode::Unsupported,
                "model '" + model.id + "' embeds or ranks texts and cannot generate", "model");
  }
  const auto vocabulary_size = static_cast<std::int32_t>(model.vocabulary_size);
  for (const LogitBias& bias : request.params.logit_bias) {
    Status status = check_tokens({bias.token}, vocabulary_size, "logit_bias");
    if (!status) return status;
  }
  return {};
}

Result<std::vector<std::int32_t>> read_prompt(const TextPrompt& prompt,
                                              const PromptTokenizer& tokenizer,
                                              std::uint32_t context_length) {
  Status status = check_prompt_bytes(prompt.text, tokenizer, context_length, "prompt");
  if (!status) return fail(std::move(status.error()));
  auto tokens = tokenizer.tokenize(prompt.text, true, true);
  if (tokens && tokens->empty()) {
    return fail(ErrorCode::InvalidRequest, "the prompt is empty", "prompt");
  }
  return tokens;
}

Result<std::vector<std::int32_t>> read_prompt(const TokenPrompt& prompt,
                                              const PromptTokenizer& tokenizer) {
  Status status = check_tokens(prompt.tokens, tokenizer.size(), "prompt");
  if (!status) return fail(std::move(status.error()));
  return prompt.tokens;
}

}  // namespace pcai::backend::answer
