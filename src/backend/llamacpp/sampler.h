#pragma once

#include <optional>
#include <span>
#include <vector>

#include "backend/llamacpp/batch_planner.h"
#include "backend/llamacpp/model_file.h"
#include "backend/llamacpp/tokenizer.h"
#include "core/event.h"
#include "grammar/grammar_matcher.h"

namespace pcai {

/// Picks a request's tokens from logits, by its parameters, its seed and its grammar alone. Not
/// thread-safe.
class Sampler {
 public:
  /// `tokenizer` must outlive it. The prompt counts for repeat_penalty, not for the other two.
  Sampler(const Tokenizer& tokenizer, const GenerateParams& params, std::span<const Token> prompt,
          std::optional<GrammarMatcher> grammar = {});

  /// The next token. `logits` has one entry for each token of the vocabulary. Nothing once the
  /// grammar failed: error() says why.
  std::optional<Token> sample(std::span<const float> logits);

  /// Goes on by the tokens that the grammar leaves no choice about, and returns them.
  std::vector<Token> take_forced();

  /// True when the grammar is fulfilled and allows nothing more.
  bool complete();

  Error error() const { return grammar_->error(); }

  /// The natural-log probabilities of `token` and of the `top` most likely ones, before temperature
  /// and every other setting.
  TokenLogprobs logprobs(std::span<const float> logits, Token token, std::uint32_t top) const;

 private:
  Token pick(std::span<const float> logits, std::span<const std::uint32_t> mask);
  void accept(Token token);
  TokenLogprob describe(Token token, float logprob) const;

  const Tokenizer& tokenizer_;
  bool greedy_;             // and nothing changes the logits: the largest one wins
  LlamaSamplerPtr repeat_;  // null = off; also sees the prompt
  LlamaSamplerPtr chain_;
  std::optional<GrammarMatcher> grammar_;
  std::vector<llama_token_data> candidates_;
};

}  // namespace pcai
