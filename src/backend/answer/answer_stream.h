#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/answer/answer_reader.h"
#include "backend/event_sink.h"
#include "backend/stop_filter.h"
#include "backend/utf8_filter.h"
#include "core/request.h"

namespace pcai::backend::answer {

/// Turns the bytes of an answer's tokens into events for its sink: whole UTF-8, cut at stop
/// sequences, with reasoning and tool calls apart. It also counts tokens and takes times. Not
/// thread-safe.
class AnswerStream {
 public:
  /// `format_stops` end the text as the model writes it; the request's own stop sequences end the
  /// text of the answer. `reader` may be null: then the model's text is the answer.
  AnswerStream(const GenerateParams& params, std::vector<std::string> format_stops,
               std::unique_ptr<AnswerReader> reader, std::shared_ptr<EventSink> sink);

  Usage& usage() noexcept { return usage_; }
  const Usage& usage() const noexcept { return usage_; }

  /// If the request wants logprobs, call this for each token before add().
  void add_logprobs(TokenLogprobs logprobs) { logprobs_.push_back(std::move(logprobs)); }

  /// Sends the next tokens of the prompt, with their log-probabilities.
  void send_prompt(std::vector<TokenLogprobs> tokens) {
    sink_->on_event(PromptLogprobs{std::move(tokens)});
  }
  /// These names of special tokens may be part of a stop sequence, but are never shown.
  void hide(std::vector<std::string> names) { hidden_ = std::move(names); }

  /// Adds the bytes of a token that does not end the answer. Returns true if it completed a stop
  /// sequence; then only finish() may follow.
  bool add(std::string_view bytes);

  /// Call this when the prompt is computed; it is the end of Timings::prefill_ms.
  void note_first_token();

  /// True while the text so far ends inside reasoning.
  bool reasons() const noexcept { return reader_ && reader_->reasons(); }

  /// Sends what was held back, then Finished as the last event.
  void finish(FinishReason reason);

  /// The same where a stop sequence that is a special token ended the answer.
  void finish_at(std::string stop);

  /// Sends Failed as the last event.
  void fail_with(Error error);

 private:
  using Clock = std::chrono::steady_clock;

  void add_text(std::string text);
  void send(std::vector<GenerateEvent> events);
  void send_text(std::string text);
  void erase_hidden(std::string& text) const;
  Timings timings() const;

  Utf8Filter utf8_;
  StopFilter format_stop_;                // ends the text as it comes
  std::unique_ptr<AnswerReader> reader_;  // null: the text is the answer
  StopFilter stop_;                       // ends the answer
  std::vector<std::string> hidden_;
  std::string stopped_at_;  // the stop sequence that a special token was
  std::shared_ptr<EventSink> sink_;
  std::vector<TokenLogprobs> logprobs_;  // of tokens whose text is still held back
  Usage usage_;
  Clock::time_point submitted_ = Clock::now();
  std::optional<Clock::time_point> first_token_;
};

}  // namespace pcai::backend::answer
