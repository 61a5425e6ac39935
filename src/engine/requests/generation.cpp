#include "engine/requests/generation.h"

#include <utility>

#include "engine/requests/generation_buffer.h"

namespace pcai::engine {

Generation::Generation(RequestId id, std::shared_ptr<GenerationBuffer> buffer,
                       std::function<void(RequestId)> cancel)
    : id_(id), buffer_(std::move(buffer)), cancel_(std::move(cancel)) {}

Generation::~Generation() {
  if (done()) return;
  buffer_->abandon();
  cancel();
}

std::optional<GenerateEvent> Generation::next(std::chrono::milliseconds timeout) {
  return buffer_->next(timeout);
}

bool Generation::done() const noexcept {
  return buffer_->done();
}

void Generation::cancel() noexcept {
  cancel_(id_);
}

void Generation::on_ready(std::function<void()> ready) {
  buffer_->on_ready(std::move(ready));
}

}  // namespace pcai::engine
