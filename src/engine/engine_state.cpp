#include "engine/engine_state.h"

namespace pcai::engine {

Error ended_early(ErrorCode code) {
  const bool late = code == ErrorCode::DeadlineExceeded;
  return {code, late ? "the request's time ran out" : "the request was cancelled"};
}

void EngineState::record(const Model& model, ModelRecord::What what, std::string reason) const {
  if (!on_model_) return;
  on_model_({.model = model.spec.id,
             .what = what,
             .reason = std::move(reason),
             .memory_bytes = model.memory_bytes,
             .seconds = model.load_seconds});
}

Result<Model*> EngineState::find_for_request(const std::string& id) const {
  if (draining) {
    return fail(ErrorCode::Draining, "the server is shutting down and accepts no new requests");
  }
  return models.find(id);
}

}  // namespace pcai::engine
