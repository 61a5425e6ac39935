#include "engine/requests/admission.h"

#include <utility>

namespace pcai::engine {
namespace {

bool has_place(const Model& model) REQUIRES(engine_mutex) {
  return model.ready() && model.instance->running < model.instance->max_sequences;
}

}  // namespace

bool Admission::enter(std::shared_ptr<PendingRequest> request) {
  Model& model = request->model;
  const bool waits = !model.waiting.empty() || !has_place(model);
  if (waits && queued_ >= max_queue_) return false;
  request->state = PendingRequest::State::Waiting;
  model.waiting.emplace(request->id, std::move(request));
  ++queued_;
  return true;
}

std::vector<std::shared_ptr<PendingRequest>> Admission::admit(Model& model) {
  std::vector<std::shared_ptr<PendingRequest>> admitted;
  while (!model.waiting.empty() && has_place(model) && model.serves(model.waiting.begin()->first)) {
    auto node = model.waiting.extract(model.waiting.begin());
    PendingRequest& request = *node.mapped();
    request.state = PendingRequest::State::Admitted;
    request.instance = model.instance;
    ++model.instance->running;
    --queued_;
    ++running_;
    admitted.push_back(std::move(node.mapped()));
  }
  return admitted;
}

void Admission::leave(PendingRequest& request) {
  if (request.state == PendingRequest::State::Waiting) {
    request.model.waiting.erase(request.id);
    --queued_;
  } else if (request.state != PendingRequest::State::Ended) {
    --request.instance->running;
    --running_;
    request.instance.reset();
  }
  request.state = PendingRequest::State::Ended;
}

}  // namespace pcai::engine
