#pragma once

#include <memory>
#include <utility>

#include "engine/models/keep_alive.h"

namespace pcai::engine {

/// Keeps an instance from being destroyed while a thread calls its model. Made with the mutex held,
/// ended without it.
class Lease {
 public:
  Lease(EngineState& state, KeepAlive& keep_alive, Model& model,
        std::shared_ptr<ModelInstance> instance) REQUIRES(engine_mutex)
      : state_(state), keep_alive_(keep_alive), model_(model), instance_(std::move(instance)) {
    ++instance_->users;
  }

  ~Lease() EXCLUDES(engine_mutex) {
    if (!instance_) return;  // moved from
    const EngineLock lock(state_);
    if (--instance_->users > 0) return;
    keep_alive_.settle(model_);
    state_.notify();
  }

  Lease(Lease&&) = default;
  Lease& operator=(Lease&&) = delete;

  backend::LoadedModel& model() const { return *instance_->model; }

 private:
  EngineState& state_;
  KeepAlive& keep_alive_;
  Model& model_;
  std::shared_ptr<ModelInstance> instance_;
};

}  // namespace pcai::engine
