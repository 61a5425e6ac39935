#include "engine/requests/pending_request.h"

#include <utility>

namespace pcai::engine {
namespace {

bool is_delta(const GenerateEvent& event) noexcept {
  return std::holds_alternative<TextDelta>(event) ||
         std::holds_alternative<ReasoningDelta>(event) ||
         std::holds_alternative<ToolCallDelta>(event);
}

}  // namespace

PendingRequest::PendingRequest(RequestId request_id, Model& of_model, GenerateRequest what,
                               OnLast on_last)
    : id(request_id),
      model(of_model),
      request(std::make_unique<GenerateRequest>(std::move(what))),
      on_last_(std::move(on_last)) {}

void PendingRequest::on_event(GenerateEvent event) noexcept {
  // The backend may be faster than the return of submit(), which also says so.
  buffer->accept();
  if (is_last(event)) {
    on_last_(*this, std::move(event));
    return;
  }
  if (is_delta(event)) note_delta();
  buffer->push(std::move(event));
}

void PendingRequest::note_delta() noexcept {
  const double now = age_ms();
  if (first_token_ms == 0) {
    first_token_ms = now;
    model.latencies->first_token.record_ms(now);
  } else {
    model.latencies->between_tokens.record_ms(now - last_delta_ms_);
  }
  last_delta_ms_ = now;
}

double PendingRequest::age_ms() const {
  return std::chrono::duration<double, std::milli>(Clock::now() - arrival).count();
}

}  // namespace pcai::engine
