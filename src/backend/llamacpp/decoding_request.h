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

/// What a request became: its prompt in tokens, and how its answer is to be read.
struct PreparedPrompt {
  std::vector<Token> tokens;                             // negative ones stand for media
  std::vector<std::unique_ptr<PromptMedia>> media = {};  // in their order
  AdapterScales adapters;
  std::vector<std::string> stop_sequences;       // that the chat template's format needs
  std::vector<std::string> marks;                // special tokens that count as text, by name
  std::vector<Token> reasoning_end;              // what ends reasoning over its budget
  std::unique_ptr<answer::AnswerReader> reader;  // null: the text is the answer
  std::unique_ptr<TokenConstraint> constraint;   // null: every token may come
};

/// A request on its way through a model: what it samples with, what it has said, who listens. Made
/// by submit() and from then on touched by the scheduler's thread alone.
class DecodingRequest {
 public:
  /// `most_tokens`: how many it may generate. `tokenizer` must outlive it.
  DecodingRequest(RequestId id, const GenerateRequest& request, PreparedPrompt prompt,
                  std::uint32_t most_tokens, const Tokenizer& tokenizer,
                  std::shared_ptr<EventSink> sink);

  RequestId id() const noexcept { return id_; }
  const std::vector<Token>& prompt() const noexcept { return prompt_; }
  const std::vector<std::unique_ptr<PromptMedia>>& media() const noexcept { return media_; }
  std::vector<MediaSpan> spans() const;
  const std::string& cache_scope() const noexcept { return cache_scope_; }
  const AdapterScales& adapters() const noexcept { return adapters_; }
  std::uint32_t generated() const noexcept { return answer_.usage().completion_tokens; }
  void set_cached_tokens(std::uint32_t tokens) noexcept { answer_.usage().cached_tokens = tokens; }

  /// Samples the next token from its logits and sends what it adds to the answer. Returns that
  /// token and those that its constraint forces after it, or nothing when the request has ended;
  /// its last event is sent then.
  std::vector<Token> advance(std::span<const float> logits);

  /// Sends Failed as the last event.
  void fail_with(Error error) { answer_.fail_with(std::move(error)); }

 private:
  bool take(Token token);
  void end_long_reasoning();
  std::string bytes_of(Token token) const;

  RequestId id_;
  std::vector<Token> prompt_;
  std::vector<std::unique_ptr<PromptMedia>> media_;
  std::string cache_scope_;
  AdapterScales adapters_;
  std::uint32_t most_tokens_;
  std::optional<std::uint32_t> reasoning_budget_;  // absent: none, or it was used up
  std::vector<Token> reasoning_end_;
  bool wants_logprobs_;
  std::uint32_t top_logprobs_;
  const Tokenizer& tokenizer_;
  std::vector<std::string> marks_;
  Sampler sampler_;
  answer::AnswerStream answer_;
};

}  // namespace pcai::backend::llamacpp
