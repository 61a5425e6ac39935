#include "engine/requests/pending_request.h"

#include <utility>

namespace pcai::engine {

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
  if (first_token_ms == 0) first_token_ms = age_ms();
  buffer->push(std::move(event));
}

double PendingRequest::age_ms() const {
  return std::chrono::duration<double, std::milli>(Clock::now() - arrival).count();
}

}  // namespace pcai::engine
