#include "backend/mistralrs/live_request.h"

#include <utility>

#include "backend/answer/make_reader.h"
#include "backend/mistralrs/bridge.h"

namespace pcai::backend::mistralrs {
namespace {

TokenLogprob to_logprob(const pcai_mrs_token& token, const BridgeTokenizer& tokenizer) {
  return {.token = token.token, .bytes = tokenizer.name(token.token), .logprob = token.logprob};
}

}  // namespace

LiveRequest::LiveRequest(const GenerateParams& params, const answer::AnswerFormat& format,
                         std::shared_ptr<const BridgeTokenizer> tokenizer,
                         std::shared_ptr<EventSink> sink)
    : tokenizer_(std::move(tokenizer)),
      marks_(format.marks),
      stream_(params, {}, answer::make_reader(format), std::move(sink)) {}

bool LiveRequest::take(const pcai_mrs_event& event) {
  if (event.prompt_tokens > 0) stream_.usage().prompt_tokens = event.prompt_tokens;
  if (event.kind != PCAI_MRS_FAILED) stream_.note_first_token();
  switch (event.kind) {
    case PCAI_MRS_TOKEN: return take_token(event);
    case PCAI_MRS_STOPPED: stream_.finish(FinishReason::Stop); return true;
    case PCAI_MRS_LENGTH: stream_.finish(FinishReason::Length); return true;
    default: break;
  }
  stream_.fail_with({error_code(event.status), std::string(event.text, event.size)});
  return true;
}

bool LiveRequest::take_token(const pcai_mrs_event& event) {
  if (event.chosen != nullptr) {
    TokenLogprobs entry{to_logprob(*event.chosen, *tokenizer_), {}};
    for (std::size_t i = 0; i < event.top_count; ++i) {
      entry.top.push_back(to_logprob(event.top[i], *tokenizer_));
    }
    stream_.add_logprobs(std::move(entry));
  }
  if (!stream_.add(tokenizer_->text(event.token, marks_))) return false;
  stream_.finish(FinishReason::Stop);
  return true;
}

}  // namespace pcai::backend::mistralrs
