#include "backend/mistralrs/live_request.h"

#include <string_view>
#include <utility>

#include "backend/mistralrs/bridge.h"

namespace pcai {
namespace {

TokenLogprob to_logprob(const pcai_mrs_token& token) {
  return {.token = token.token, .bytes = {token.text, token.size}, .logprob = token.logprob};
}

}  // namespace

LiveRequest::LiveRequest(const GenerateParams& params, std::shared_ptr<EventSink> sink)
    : stop_(params.stop_sequences), sink_(std::move(sink)) {}

bool LiveRequest::take(const pcai_mrs_event& event) {
  if (event.prompt_tokens > 0) usage_.prompt_tokens = event.prompt_tokens;
  if (!first_token_ && event.kind != PCAI_MRS_FAILED) first_token_ = Clock::now();
  switch (event.kind) {
    case PCAI_MRS_TOKEN: return take_token(event);
    case PCAI_MRS_STOPPED: return finish(FinishReason::Stop);
    case PCAI_MRS_LENGTH: return finish(FinishReason::Length);
    default: break;
  }
  Error error{error_code(event.status), std::string(event.text, event.size)};
  sink_->on_event(Failed{std::move(error), usage_, timings()});
  return true;
}

bool LiveRequest::take_token(const pcai_mrs_event& event) {
  ++usage_.completion_tokens;
  if (event.chosen != nullptr) {
    TokenLogprobs& entry = logprobs_.emplace_back();
    entry.chosen = to_logprob(*event.chosen);
    for (std::size_t i = 0; i < event.top_count; ++i) {
      entry.top.push_back(to_logprob(event.top[i]));
    }
  }
  send_text(stop_.add(utf8_.add(std::string_view(event.text, event.size))));
  return stop_.stopped() && finish(FinishReason::Stop);
}

void LiveRequest::send_text(std::string text) {
  if (text.empty()) return;
  sink_->on_event(TextDelta{std::move(text), std::exchange(logprobs_, {})});
}

bool LiveRequest::finish(FinishReason reason) {
  std::string rest;
  if (!stop_.stopped()) {
    rest = stop_.add(utf8_.finish());
    rest += stop_.take_held();
    // The end of the text may complete a stop sequence.
    if (stop_.stopped()) reason = FinishReason::Stop;
  }
  if (!rest.empty() || !logprobs_.empty()) {
    sink_->on_event(TextDelta{std::move(rest), std::exchange(logprobs_, {})});
  }
  sink_->on_event(Finished{reason, usage_, timings(), stop_.matched()});
  return true;
}

Timings LiveRequest::timings() const {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  Timings timings;
  if (!first_token_) return timings;
  timings.prefill_ms = Milliseconds(*first_token_ - submitted_).count();
  timings.decode_ms = Milliseconds(Clock::now() - *first_token_).count();
  return timings;
}

}  // namespace pcai
