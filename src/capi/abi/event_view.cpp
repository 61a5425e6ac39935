#include "capi/abi/event_view.h"

#include <utility>
#include <variant>

#include "capi/abi/error.h"
#include "capi/abi/text.h"
#include "capi/dialect.h"

namespace pcai::capi {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

std::int32_t finish_reason(FinishReason reason) {
  switch (reason) {
    case FinishReason::Stop: return PCAI_FINISH_STOP;
    case FinishReason::Length: return PCAI_FINISH_LENGTH;
    case FinishReason::ToolCalls: return PCAI_FINISH_TOOL_CALLS;
  }
  return PCAI_FINISH_STOP;
}

pcai_token_logprob to_c(const TokenLogprob& token) {
  return {token.token, token.logprob, lend(token.bytes)};
}

}  // namespace

const pcai_event& EventView::show(GenerateEvent event, const api::Places& places) {
  event_ = std::move(event);
  if (auto* const failed = std::get_if<Failed>(&event_)) {
    failed->error = kAbiDialect.translate(std::move(failed->error), places);
  }
  if (auto* const warned = std::get_if<Warned>(&event_)) {
    for (std::string& warning : warned->warnings) {
      warning = kAbiDialect.translate_warning(std::move(warning), places);
    }
  }
  shown_ = {};
  std::visit(Overloaded{
                 [&](const Accepted&) { shown_.kind = PCAI_EVENT_ACCEPTED; },
                 [&](const Warned& warned) {
                   shown_.kind = PCAI_EVENT_WARNED;
                   lines_.clear();
                   for (const std::string& warning : warned.warnings) {
                     if (!lines_.empty()) lines_ += '\n';
                     lines_ += warning;
                   }
                   shown_.text = lend(lines_);
                 },
                 // A request of this ABI cannot ask for them.
                 [](const PromptLogprobs&) {},
                 [&](const TextDelta& delta) {
                   shown_.kind = PCAI_EVENT_TEXT;
                   shown_.text = lend(delta.text);
                   show_logprobs(delta.logprobs);
                 },
                 [&](const ReasoningDelta& delta) {
                   shown_.kind = PCAI_EVENT_REASONING;
                   shown_.text = lend(delta.text);
                 },
                 [&](const ToolCallDelta& delta) {
                   shown_.kind = PCAI_EVENT_TOOL_CALL;
                   shown_.tool_call_index = delta.index;
                   shown_.tool_call_id = lend(delta.id);
                   shown_.tool_name = lend(delta.name);
                   shown_.tool_arguments = lend(delta.arguments);
                 },
                 [&](const Finished& finished) {
                   shown_.kind = PCAI_EVENT_FINISHED;
                   shown_.finish_reason = finish_reason(finished.reason);
                   show_end(finished.usage, finished.timings);
                 },
                 [&](const Failed& failed) {
                   shown_.kind = PCAI_EVENT_FAILED;
                   shown_.error_code = status_of(failed.error.code);
                   shown_.error_message = lend(failed.error.message);
                   shown_.error_field = lend(failed.error.field);
                   show_end(failed.usage, failed.timings);
                 },
             },
             event_);
  return shown_;
}

void EventView::show_logprobs(const std::vector<TokenLogprobs>& logprobs) {
  logprobs_.clear();
  top_.clear();
  std::size_t top_count = 0;
  for (const TokenLogprobs& token : logprobs) top_count += token.top.size();
  top_.reserve(top_count);  // logprobs_ points into it
  for (const TokenLogprobs& token : logprobs) {
    const std::size_t first = top_.size();
    for (const TokenLogprob& other : token.top) top_.push_back(to_c(other));
    logprobs_.push_back(
        {to_c(token.chosen), token.top.empty() ? nullptr : top_.data() + first, token.top.size()});
  }
  shown_.logprobs = logprobs_.empty() ? nullptr : logprobs_.data();
  shown_.logprob_count = logprobs_.size();
}

void EventView::show_end(const Usage& usage, const Timings& timings) {
  shown_.prompt_tokens = usage.prompt_tokens;
  shown_.cached_tokens = usage.cached_tokens;
  shown_.completion_tokens = usage.completion_tokens;
  shown_.reasoning_tokens = usage.reasoning_tokens;
  shown_.queue_ms = timings.queue_ms;
  shown_.prefill_ms = timings.prefill_ms;
  shown_.first_token_ms = timings.first_token_ms;
  shown_.decode_ms = timings.decode_ms;
}

}  // namespace pcai::capi
