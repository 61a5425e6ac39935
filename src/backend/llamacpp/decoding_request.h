#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backend/answer/answer_stream.h"
#include "backend/llamacpp/media/prompt_media.h"
#include "backend/llamacpp/tokens/sampler.h"

namespace pcai::backend::llamacpp {

/// A request that is ready to run: its prompt in tokens, and how to read its answer.
struct PreparedPrompt {
  std::vector<Token> tokens;                             // negative ones stand for media
  std::vector<std::unique_ptr<PromptMedia>> media = {};  // in the order of the negative tokens
  AdapterScales adapters;
  std::vector<std::string> warnings = {};        // for the client
  std::vector<std::string> stop_sequences;       // of the chat template's format
  std::vector<std::string> marks;                // special tokens that count as text, by name
  std::vector<Token> reasoning_end;              // ends reasoning that exceeds its budget
  std::unique_ptr<answer::AnswerReader> reader;  // null: the model's text is the answer
  std::unique_ptr<TokenConstraint> constraint;   // null: any token is allowed
};

/// A request while it runs: how it samples, what it has said, who listens. submit() makes it; from
/// then on only the scheduler's thread uses it.
class DecodingRequest {
 public:
  /// `most_tokens`: how many tokens it may generate. `tokenizer` must outlive it.
  DecodingRequest(RequestId id, const GenerateRequest& request, PreparedPrompt prompt,
                  std::uint32_t most_tokens, const Tokenizer& tokenizer,
                  std::shared_ptr<EventSink> sink);

  RequestId id() const noexcept { return id_; }
  const std::vector<Token>& prompt() const noexcept { return prompt_; }
  const std::vector<std::unique_ptr<PromptMedia>>& media() const noexcept { return media_; }
  std::vector<MediaSpan> spans() const;
  const std::string& cache_scope() const noexcept { return cache_scope_; }
  const AdapterScales& adapters() const noexcept { return adapters_; }
  bool wants_prompt_logprobs() const noexcept { return prompt_logprobs_.has_value(); }
  std::uint32_t generated() const noexcept { return answer_.usage().completion_tokens; }
  void set_cached_tokens(std::uint32_t tokens) noexcept { answer_.usage().cached_tokens = tokens; }

  /// Adds how likely the prompt's token of that index is by the logits of the one before it. The
  /// indices count up from 1.
  void add_prompt_logprobs(std::span<const float> logits, std::uint32_t index);

  /// Sends what was added, and in front of it the first token.
  void send_prompt_logprobs();

  /// Samples the next token from its logits and sends what it adds to the answer. Returns that
  /// token and those that the constraint forces after it. Returns nothing if the request has ended;
  /// then its last event was sent.
  std::vector<Token> advance(std::span<const float> logits);

  /// Sends Failed as the last event.
  void fail_with(Error error) { answer_.fail_with(std::move(error)); }

 private:
  void find_special_stops(const std::vector<std::string>& stops);
  bool take(Token token);
  void end_long_reasoning();
  std::string bytes_of(Token token) const;

  RequestId id_;
  std::vector<Token> prompt_;
  std::vector<std::unique_ptr<PromptMedia>> media_;
  std::string cache_scope_;
  AdapterScales adapters_;
  std::uint32_t most_tokens_;
  std::optional<std::uint32_t> reasoning_budget_;  // tokens; absent = none, or used up
  std::vector<Token> reasoning_end_;
  bool wants_logprobs_;
  std::uint32_t top_logprobs_;
  std::optional<std::uint32_t> prompt_logprobs_;  // alternatives a token; absent = none wanted
  std::vector<TokenLogprobs> prompt_scores_;      // that were not sent yet
  std::uint32_t prompt_sent_ = 0;                 // tokens
  const Tokenizer& tokenizer_;
  std::vector<std::string> marks_;
  std::vector<std::pair<Token, std::string>> stops_;  // special tokens that end the answer
  Sampler sampler_;
  answer::AnswerStream answer_;
};

}  // namespace pcai::backend::llamacpp
