#include "engine/models/keep_alive.h"

#include <utility>

namespace pcai::engine {

KeepAlive::KeepAlive(EngineState& state, std::function<void(std::size_t)> expired)
    : state_(state), timer_(std::move(expired)) {}

void KeepAlive::settle(Model& model) {
  if (model.leaves_at) timer_.remove(*model.leaves_at, model.index);
  model.leaves_at.reset();
  if (!model.idle()) return model.idle_since.reset();
  if (!model.idle_since) model.idle_since = Model::Clock::now();
  if (const auto stays = model.stays()) {
    model.leaves_at = *model.idle_since + *stays;
    timer_.add(*model.leaves_at, model.index);
  }
  state_.notify();
}

}  // namespace pcai::engine
