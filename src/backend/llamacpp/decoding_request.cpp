#include "backend/llamacpp/decoding_request.h"

#include <utility>

namespace pcai {

DecodingRequest::DecodingRequest(RequestId id, const GenerateRequest& request,
                                 std::vector<Token> prompt, std::vector<std::string> stop_sequences,
                                 std::uint32_t most_tokens, const Tokenizer& tokenizer,
                                 std::shared_ptr<EventSink> sink)
    : id_(id),
      prompt_(std::move(prompt)),
      cache_scope_(request.cache_scope),
      most_tokens_(most_tokens),
      wants_logprobs_(request.params.logprobs),
      top_logprobs_(request.params.top_logprobs),
      tokenizer_(tokenizer),
      sampler_(tokenizer, request.params, prompt_),
      stop_(std::move(stop_sequences)),
      sink_(std::move(sink)) {
  usage_.prompt_tokens = static_cast<std::uint32_t>(prompt_.size());
}

std::optional<Token> DecodingRequest::advance(std::span<const float> logits) {
  if (!first_token_) first_token_ = Clock::now();
  const Token token = sampler_.sample(logits);
  if (tokenizer_.ends(token)) {
    finish(FinishReason::Stop);
    return {};
  }
  ++usage_.completion_tokens;
  if (wants_logprobs_) logprobs_.push_back(sampler_.logprobs(logits, token, top_logprobs_));
  send_text(stop_.add(utf8_.add(tokenizer_.piece(token))));
  if (stop_.stopped()) {
    finish(FinishReason::Stop);
    return {};
  }
  if (usage_.completion_tokens >= most_tokens_) {
    finish(FinishReason::Length);
    return {};
  }
  return token;
}

void DecodingRequest::send_text(std::string text) {
  if (text.empty()) return;
  sink_->on_event(TextDelta{std::move(text), std::exchange(logprobs_, {})});
}

void DecodingRequest::finish(FinishReason reason) {
  std::string rest;
  if (!stop_.stopped()) {
    rest = stop_.add(utf8_.finish());
    rest += stop_.take_held();
  }
  if (!rest.empty() || !logprobs_.empty()) {
    sink_->on_event(TextDelta{std::move(rest), std::exchange(logprobs_, {})});
  }
  sink_->on_event(Finished{reason, usage_, timings()});
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
