#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "backend/llamacpp/model_file.h"
#include "backend/llamacpp/sequence_text.h"
#include "backend/llamacpp/token_constraint.h"
#include "backend/llamacpp/tokenizer.h"
#include "core/event.h"

namespace pcai {

/// Picks a request's tokens from logits, by its parameters, its seed and its constraint alone. Not
/// thread-safe.
class Sampler {
 public:
  /// `tokenizer` must outlive it. The prompt counts for repeat_penalty, not for the other two.
  /// Without a constraint every token may come.
  Sampler(const Tokenizer& tokenizer, const GenerateParams& params, std::span<const Token> prompt,
          std::unique_ptr<TokenConstraint> constraint = nullptr);

  /// The next token. `logits` has one entry for each token of the vocabulary. Nothing where the
  /// constraint allows none: error() says why.
  std::optional<Token> sample(std::span<const float> logits);

  /// Makes these tokens the next ones, as far as the constraint allows them.
  void force(std::vector<Token> tokens);

  /// Goes on by the tokens that there is no choice about, and returns them.
  std::vector<Token> take_forced();

  /// True when the constraint is fulfilled and allows nothing more.
  bool complete();

  Error error() const;

  /// The natural-log probabilities of `token` and of the `top` most likely ones, before temperature
  /// and every other setting.
  TokenLogprobs logprobs(std::span<const float> logits, Token token, std::uint32_t top) const;

 private:
  std::optional<Token> next_forced();
  std::optional<Token> pick(std::span<const float> logits, bool constrained);
  void accept(Token token);
  TokenLogprob describe(Token token, float logprob) const;

  const Tokenizer& tokenizer_;
  const bool greedy_;  // and nothing changes the logits: the largest one wins
  const bool learns_;  // a draw changes the next ones
  LlamaSamplerPtr chain_;
  std::unique_ptr<TokenConstraint> constraint_;  // null = none
  std::deque<Token> forced_;                     // what comes next, whatever the logits
  std::vector<llama_token_data> candidates_;
};

}  // namespace pcai
