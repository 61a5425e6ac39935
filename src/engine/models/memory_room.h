#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "backend/inference_backend.h"
#include "engine/engine_state.h"
#include "engine/models/model_users.h"
#include "engine/models/room_plan.h"
#include "engine/models/unloads.h"

namespace pcai::engine {

/// The memory of all models together: keeps it within the limit, in the order of requests, by
/// letting others leave (plan_room). Any thread may call any method.
class MemoryRoom {
 public:
  MemoryRoom(EngineState& state, Unloads& unloads, ModelUsers& users)
      : state_(state), unloads_(unloads), users_(users) {}

  /// Blocks until the model's memory is within the limit, and takes it. Fails with Unsupported when
  /// it never will be, and with Cancelled when `watched` says that the load is not wanted any more.
  Status make(Model& model, backend::LoadProgress& watched) EXCLUDES(engine_mutex);

  /// After a load that took more than was expected: lets idle models go until the limit is kept.
  void trim(const Model& loaded) EXCLUDES(engine_mutex);

 private:
  class Turn;

  std::vector<Model*> residents() const REQUIRES(engine_mutex);
  RoomPlan plan(const std::vector<Model*>& residents, std::uint64_t need) const
      REQUIRES(engine_mutex);
  Error no_room(const Model& model) const REQUIRES(engine_mutex);

  EngineState& state_;
  Unloads& unloads_;
  ModelUsers& users_;

  /// Loads that need room, oldest request first.
  std::set<std::pair<RequestId, const Model*>> queue_ GUARDED_BY(engine_mutex);
};

}  // namespace pcai::engine
