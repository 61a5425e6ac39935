#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/task_threads.h"
#include "engine/engine_state.h"
#include "engine/models/backends.h"
#include "engine/models/keep_alive.h"
#include "engine/models/lease.h"
#include "engine/models/memory_room.h"
#include "engine/models/model_users.h"
#include "engine/models/unloads.h"

namespace pcai::engine {

/// Which models are in memory: loads them, lets them go and keeps the limit. Any thread may call
/// any method.
class Residence {
 public:
  /// `users` is told what becomes of models, and must outlive it.
  Residence(EngineState& state, std::shared_ptr<const backend::BackendRegistry> registry,
            ModelUsers& users);

  /// Finishes the loads and unloads that were begun.
  ~Residence();

  Residence(const Residence&) = delete;
  Residence& operator=(const Residence&) = delete;

  // As those of Engine.
  Status load_model(std::string_view id, backend::LoadProgress& progress) EXCLUDES(engine_mutex);
  Status unload_model(std::string_view id) EXCLUDES(engine_mutex);
  Status begin_load(std::string_view id) EXCLUDES(engine_mutex);
  Status begin_unload(std::string_view id) EXCLUDES(engine_mutex);
  Status let_go(std::string_view id) EXCLUDES(engine_mutex);
  Status remove_model(std::string_view id) EXCLUDES(engine_mutex);
  Status retire_model(std::string_view id) EXCLUDES(engine_mutex);

  /// Loads the model unless it is loaded, and blocks until it is ready.
  Status ensure_loaded(Model& model, backend::LoadProgress& progress) EXCLUDES(engine_mutex);

  /// Loads a model that is neither loaded nor on its way, on a thread of its own. The error goes to
  /// those who wait for it, and into its status.
  void load_in_background(Model& model) REQUIRES(engine_mutex);

  /// Unloads every model.
  void unload_all() EXCLUDES(engine_mutex);

  /// A call of the instance's model begins.
  Lease lease(Model& model, std::shared_ptr<ModelInstance> instance) REQUIRES(engine_mutex);

  /// To be called whenever somebody begins or ends to use the model.
  void settle(Model& model) REQUIRES(engine_mutex) { keep_alive_.settle(model); }

 private:
  class WatchedLoad;

  void mark_loading(Model& model) REQUIRES(engine_mutex);
  Status load(Model& model, backend::LoadProgress& progress) EXCLUDES(engine_mutex);
  void take_in(Model& model, std::unique_ptr<backend::LoadedModel> loaded) REQUIRES(engine_mutex);
  void expire(std::size_t index) EXCLUDES(engine_mutex);

  EngineState& state_;
  ModelUsers& users_;
  Backends backends_;
  KeepAlive keep_alive_;
  Unloads unloads_;
  MemoryRoom room_;
  TaskThreads threads_;  // last: its tasks use the rest to their end
};

}  // namespace pcai::engine
