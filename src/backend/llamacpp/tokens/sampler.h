#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "backend/llamacpp/load/model_file.h"
#include "backend/llamacpp/plan/sequence_text.h"
#include "backend/llamacpp/tokens/token_constraint.h"
#include "backend/llamacpp/tokens/tokenizer.h"
#include "core/request.h"

namespace pcai::backend::llamacpp {

/// Samples a request's tokens from logits. The result depends only on the request's parameters, its
/// seed and its constraint. Not thread-safe.
class Sampler {
 public:
  /// `tokenizer` must outlive it. The prompt counts for repeat_penalty, but not for the other two
  /// penalties. A null constraint allows any token.
  Sampler(const Tokenizer& tokenizer, const GenerateParams& params, std::span<const Token> prompt,
          std::unique_ptr<TokenConstraint> constraint = nullptr);

  /// Samples the next token. `logits` has one entry per token of the vocabulary. Returns nothing if
  /// the constraint allows no token; error() says why.
  std::optional<Token> sample(std::span<const float> logits);

  /// Makes these tokens the next ones, as far as the constraint allows them.
  void force(std::vector<Token> tokens);

  /// Takes the tokens that the constraint forces next, and returns them.
  std::vector<Token> take_forced();

  /// The same tokens for who wants to see the logits of each: sample() takes them one by one. Call
  /// it after each sample().
  void queue_forced();

  /// True if the answer satisfies the constraint and nothing more is allowed.
  bool complete();

  Error error() const;

 private:
  std::optional<Token> next_forced();
  std::optional<Token> pick(std::span<const float> logits, bool constrained);
  void accept(Token token);

  const Tokenizer& tokenizer_;
  const bool greedy_;  // and nothing changes the logits: the largest one wins
  const bool learns_;  // a draw changes the next ones
  LlamaSamplerPtr chain_;
  std::unique_ptr<TokenConstraint> constraint_;  // null = none
  std::deque<Token> forced_;                     // the next tokens, whatever the logits are
  bool queued_ = false;                          // forced_ is from the constraint
  std::vector<llama_token_data> candidates_;
};

}  // namespace pcai::backend::llamacpp
