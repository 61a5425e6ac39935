#include "backend/llamacpp/decoding_request.h"

#include <algorithm>
#include <utility>

namespace pcai {

DecodingRequest::DecodingRequest(RequestId id, const GenerateRequest& request,
                                 PreparedPrompt prompt, std::uint32_t most_tokens,
                                 const Tokenizer& tokenizer, std::shared_ptr<EventSink> sink)
    : id_(id),
      prompt_(std::move(prompt.tokens)),
      media_(std::move(prompt.media)),
      cache_scope_(request.cache_scope),
      most_tokens_(most_tokens),
      reasoning_budget_(request.params.reasoning_budget),
      reasoning_end_(std::move(prompt.reasoning_end)),
      wants_logprobs_(request.params.logprobs),
      top_logprobs_(request.params.top_logprobs),
      tokenizer_(tokenizer),
      marks_(std::move(prompt.marks)),
      sampler_(tokenizer, request.params, prompt_, std::move(prompt.constraint)),
      format_stop_(std::move(prompt.stop_sequences)),
      reader_(std::move(prompt.reader)),
      stop_(request.params.stop_sequences),
      sink_(std::move(sink)) {
  usage_.prompt_tokens = static_cast<std::uint32_t>(prompt_.size());
  end_long_reasoning();
}

std::vector<MediaSpan> DecodingRequest::spans() const {
  std::vector<MediaSpan> spans;
  spans.reserve(media_.size());
  for (const auto& media : media_) spans.push_back(media->span);
  return spans;
}

std::vector<Token> DecodingRequest::advance(std::span<const float> logits) {
  if (!first_token_) first_token_ = Clock::now();
  const std::optional<Token> token = sampler_.sample(logits);
  if (!token) {
    fail_with(sampler_.error());
    return {};
  }
  if (wants_logprobs_ && !tokenizer_.ends(*token)) {
    logprobs_.push_back(sampler_.logprobs(logits, *token, top_logprobs_));
  }
  if (!take(*token)) return {};
  std::vector<Token> tokens{*token};
  // Forced tokens are not sampled, so there are no logits to tell their probability by.
  if (!wants_logprobs_) {
    for (const Token forced : sampler_.take_forced()) {
      if (!take(forced)) return {};
      tokens.push_back(forced);
    }
  }
  if (sampler_.complete()) {
    finish(FinishReason::Stop);
    return {};
  }
  return tokens;
}

/// False when the token ended the request.
bool DecodingRequest::take(Token token) {
  if (tokenizer_.ends(token)) {
    finish(FinishReason::Stop);
    return false;
  }
  ++usage_.completion_tokens;
  if (reader_ && reader_->reasons()) ++usage_.reasoning_tokens;
  add_text(format_stop_.add(utf8_.add(bytes_of(token))));
  if (format_stop_.stopped() || stop_.stopped() || (reader_ && reader_->done())) {
    finish(FinishReason::Stop);
    return false;
  }
  if (usage_.completion_tokens >= most_tokens_) {
    finish(FinishReason::Length);
    return false;
  }
  end_long_reasoning();
  return true;
}

/// What a template's parser goes on to call reasoning after its end is not ended again.
void DecodingRequest::end_long_reasoning() {
  if (!reasoning_budget_ || usage_.reasoning_tokens < *reasoning_budget_) return;
  if (!reader_ || !reader_->reasons()) return;
  sampler_.force(std::move(reasoning_end_));
  reasoning_budget_.reset();
}

/// Special tokens have no text, but the marks of the format are looked for.
std::string DecodingRequest::bytes_of(Token token) const {
  std::string bytes = tokenizer_.piece(token);
  if (!bytes.empty() || marks_.empty()) return bytes;
  std::string name = tokenizer_.name(token);
  return std::find(marks_.begin(), marks_.end(), name) != marks_.end() ? name : bytes;
}

void DecodingRequest::add_text(std::string text) {
  if (reader_) {
    send(reader_->add(text));
  } else {
    send_text(stop_.add(text));
  }
}

void DecodingRequest::send(std::vector<GenerateEvent> events) {
  for (GenerateEvent& event : events) {
    if (stop_.stopped()) return;
    if (auto* const delta = std::get_if<TextDelta>(&event)) {
      send_text(stop_.add(delta->text));
    } else {
      send_text(stop_.take_held());
      sink_->on_event(std::move(event));
    }
  }
}

void DecodingRequest::send_text(std::string text) {
  if (text.empty()) return;
  sink_->on_event(TextDelta{std::move(text), std::exchange(logprobs_, {})});
}

void DecodingRequest::finish(FinishReason reason) {
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
  if (!rest.empty() || !logprobs_.empty()) {
    sink_->on_event(TextDelta{std::move(rest), std::exchange(logprobs_, {})});
  }
  if (reason == FinishReason::Stop && reader_ && reader_->called())
    reason = FinishReason::ToolCalls;
  sink_->on_event(Finished{reason, usage_, timings(), stop_.matched()});
}

void DecodingRequest::fail_with(Error error) {
  sink_->on_event(Failed{std::move(error), usage_, timings()});
}

Timings DecodingRequest::timings() const {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  Timings timings;
  if (!first_token_) return timings;
  timings.prefill_ms = Milliseconds(*first_token_ - submitted_).count();
  timings.decode_ms = Milliseconds(Clock::now() - *first_token_).count();
  return timings;
}

}  // namespace pcai
