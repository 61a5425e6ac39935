#include "backend/answer/answer_stream.h"

#include <utility>

namespace pcai::backend::answer {

AnswerStream::AnswerStream(const GenerateParams& params, std::vector<std::string> format_stops,
                           std::unique_ptr<AnswerReader> reader, std::shared_ptr<EventSink> sink)
    : format_stop_(std::move(format_stops)),
      reader_(std::move(reader)),
      stop_(params.stop_sequences),
      sink_(std::move(sink)) {}

void AnswerStream::note_first_token() {
  if (!first_token_) first_token_ = Clock::now();
}

bool AnswerStream::add(std::string_view bytes) {
  ++usage_.completion_tokens;
  if (reasons()) ++usage_.reasoning_tokens;
  add_text(format_stop_.add(utf8_.add(bytes)));
  return format_stop_.stopped() || stop_.stopped() || (reader_ && reader_->done());
}

void AnswerStream::add_text(std::string text) {
  if (reader_) {
    send(reader_->add(text));
  } else {
    send_text(stop_.add(text));
  }
}

void AnswerStream::send(std::vector<GenerateEvent> events) {
  for (GenerateEvent& event : events) {
    if (stop_.stopped()) return;
    if (auto* const delta = std::get_if<TextDelta>(&event)) {
      send_text(stop_.add(delta->text));
    } else {
      send_text(stop_.take_held());
      if (auto* const thought = std::get_if<ReasoningDelta>(&event)) erase_hidden(thought->text);
      sink_->on_event(std::move(event));
    }
  }
}

void AnswerStream::erase_hidden(std::string& text) const {
  for (const std::string& name : hidden_) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
      text.erase(at, name.size());
    }
  }
}

void AnswerStream::send_text(std::string text) {
  erase_hidden(text);
  if (text.empty()) return;
  sink_->on_event(TextDelta{std::move(text), std::exchange(logprobs_, {})});
}

void AnswerStream::finish_at(std::string stop) {
  stopped_at_ = std::move(stop);
  finish(FinishReason::Stop);
}

void AnswerStream::finish(FinishReason reason) {
  if (!stop_.stopped()) {
    std::string rest;
    if (!format_stop_.stopped()) {
      rest = format_stop_.add(utf8_.finish());
      rest += format_stop_.take_held();
    }
    add_text(std::move(rest));
    if (reader_) send(reader_->finish());
  }
  std::string rest = stop_.stopped() ? "" : stop_.take_held();
  // The end of the text may complete a stop sequence.
  if (stop_.stopped() || format_stop_.stopped()) reason = FinishReason::Stop;
  erase_hidden(rest);
  if (!rest.empty() || !logprobs_.empty()) {
    sink_->on_event(TextDelta{std::move(rest), std::exchange(logprobs_, {})});
  }
  if (reason == FinishReason::Stop && reader_ && reader_->called())
    reason = FinishReason::ToolCalls;
  sink_->on_event(
      Finished{reason, usage_, timings(), stopped_at_.empty() ? stop_.matched() : stopped_at_});
}

void AnswerStream::fail_with(Error error) {
  sink_->on_event(Failed{std::move(error), usage_, timings()});
}

Timings AnswerStream::timings() const {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  Timings timings;
  if (!first_token_) return timings;
  timings.prefill_ms = Milliseconds(*first_token_ - submitted_).count();
  timings.decode_ms = Milliseconds(Clock::now() - *first_token_).count();
  return timings;
}

}  // namespace pcai::backend::answer
