#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/answer/answer_reader.h"
#include "backend/event_sink.h"
#include "backend/llamacpp/prompt_media.h"
#include "backend/llamacpp/sampler.h"
#include "backend/stop_filter.h"
#include "backend/utf8_filter.h"

namespace pcai {

/// What a request became: its prompt in tokens, and how its answer is to be read.
struct PreparedPrompt {
  std::vector<Token> tokens;                             // negative ones stand for media
  std::vector<std::unique_ptr<PromptMedia>> media = {};  // in their order
  std::vector<std::string> stop_sequences;               // that the chat template's format needs
  std::vector<std::string> marks;               // special tokens that count as text, by name
  std::vector<Token> reasoning_end;             // what ends reasoning over its budget
  std::unique_ptr<AnswerReader> reader;         // null: the text is the answer
  std::unique_ptr<TokenConstraint> constraint;  // null: every token may come
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
  std::uint32_t generated() const noexcept { return usage_.completion_tokens; }
  void set_cached_tokens(std::uint32_t tokens) noexcept { usage_.cached_tokens = tokens; }

  /// Samples the next token from its logits and sends what it adds to the answer. Returns that
  /// token and those that its constraint forces after it, or nothing when the request has ended;
  /// its last event is sent then.
  std::vector<Token> advance(std::span<const float> logits);

  /// Sends Failed as the last event.
  void fail_with(Error error);

 private:
  using Clock = std::chrono::steady_clock;

  bool take(Token token);
  void end_long_reasoning();
  std::string bytes_of(Token token) const;
  void add_text(std::string text);
  void send(std::vector<GenerateEvent> events);
  void send_text(std::string text);
  void finish(FinishReason reason);
  Timings timings() const;

  RequestId id_;
  std::vector<Token> prompt_;
  std::vector<std::unique_ptr<PromptMedia>> media_;
  std::string cache_scope_;
  std::uint32_t most_tokens_;
  std::optional<std::uint32_t> reasoning_budget_;  // absent: none, or it was used up
  std::vector<Token> reasoning_end_;
  bool wants_logprobs_;
  std::uint32_t top_logprobs_;
  const Tokenizer& tokenizer_;
  std::vector<std::string> marks_;
  Sampler sampler_;
  Utf8Filter utf8_;
  StopFilter format_stop_;                // ends the text as it comes
  std::unique_ptr<AnswerReader> reader_;  // null: the text is the answer
  StopFilter stop_;                       // ends the answer
  std::shared_ptr<EventSink> sink_;
  std::vector<TokenLogprobs> logprobs_;  // of tokens whose text is still held back
  Usage usage_;
  Clock::time_point submitted_ = Clock::now();
  std::optional<Clock::time_point> first_token_;
};

}  // namespace pcai
