#pragma once

#include <string>

#include "engine/engine_state.h"
#include "engine/models/keep_alive.h"
#include "engine/models/model_users.h"

namespace pcai::engine {

/// How models leave memory. An instance is destroyed only when no thread is inside a call of it
/// (Lease), and never by a thread of its own. Any thread may call any method.
class Unloads {
 public:
  Unloads(EngineState& state, KeepAlive& keep_alive, ModelUsers& users)
      : state_(state), keep_alive_(keep_alive), users_(users) {}

  /// Ends all who use the model and frees it; a load that runs is aborted. Blocks until it is done.
  void unload(Model& model, const std::string& why) EXCLUDES(engine_mutex);

  /// Frees an idle model. Gives up the mutex while it goes.
  void unload_idle(Model& model, const std::string& why) REQUIRES(engine_mutex);

  /// The same if the model has been idle for longer than it stays, else nothing.
  void unload_expired(Model& model) REQUIRES(engine_mutex);

  /// Waits until no thread is inside, and destroys.
  void destroy(ModelInstance& instance) EXCLUDES(engine_mutex);

 private:
  void left(Model& model, const std::string& why) REQUIRES(engine_mutex);

  EngineState& state_;
  KeepAlive& keep_alive_;
  ModelUsers& users_;
};

}  // namespace pcai::engine
