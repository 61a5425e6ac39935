#pragma once

#include <span>
#include <vector>

#include "backend/llamacpp/batch_planner.h"
#include "backend/llamacpp/model_file.h"
#include "backend/llamacpp/tokenizer.h"
#include "core/event.h"

namespace pcai {

/// Picks a request's tokens from logits, by its parameters and its seed alone. Not thread-safe.
class Sampler {
 public:
  /// `tokenizer` must outlive it. The prompt counts for repeat_penalty, not for the other two.
  Sampler(const Tokenizer& tokenizer, const GenerateParams& params, std::span<const Token> prompt);

  /// The next token. `logits` has one entry for each token of the vocabulary.
  Token sample(std::span<const float> logits);

  /// The natural-log probabilities of `token` and of the `top` most likely ones, before temperature
  /// and every other setting.
  TokenLogprobs logprobs(std::span<const float> logits, Token token, std::uint32_t top) const;

 private:
  TokenLogprob describe(Token token, float logprob) const;

  const Tokenizer& tokenizer_;
  bool greedy_;             // and nothing changes the logits: the largest one wins
  LlamaSamplerPtr repeat_;  // null = off; also sees the prompt
  LlamaSamplerPtr chain_;
  std::vector<llama_token_data> candidates_;
};

}  // namespace pcai
