#include "engine/models/memory_room.h"

#include <algorithm>
#include <string>

namespace pcai::engine {
namespace {

// How often a load that waits for room asks whether it is still wanted.
constexpr std::chrono::milliseconds kAskStillWanted{200};

std::string megabytes(std::uint64_t bytes) {
  return std::to_string((bytes + 999'999) / 1'000'000) + " MB";
}

}  // namespace

/// A load's place in the queue for room. Only the first one asks others to leave, so two loads
/// never wait for each other; the one whose request arrived first is first. Made and ended with the
/// mutex held.
class MemoryRoom::Turn {
 public:
  Turn(MemoryRoom& room, const Model& model, RequestId since) REQUIRES(engine_mutex)
      : room_(room), place_(room.queue_.emplace(since, &model).first) {}

  ~Turn() REQUIRES(engine_mutex) {
    ask_to_leave({});
    room_.queue_.erase(place_);
    room_.state_.notify();
  }

  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  bool has_come() const REQUIRES(engine_mutex) { return place_ == room_.queue_.begin(); }

  /// Asks these and nobody else. Those who came before this load's request are still served.
  void ask_to_leave(std::vector<Model*> models) REQUIRES(engine_mutex) {
    const std::vector<Model*> before = std::exchange(asked_, std::move(models));
    for (Model* model : asked_) model->last_before_leaving = place_->first;
    for (Model* model : before) {
      if (std::find(asked_.begin(), asked_.end(), model) != asked_.end()) continue;
      model->last_before_leaving.reset();
      room_.users_.advance(*model);
    }
  }

 private:
  MemoryRoom& room_;
  std::set<std::pair<RequestId, const Model*>>::iterator place_;
  std::vector<Model*> asked_;
};

Status MemoryRoom::make(Model& model, backend::LoadProgress& watched) {
  const EngineLock lock(state_);
  Turn turn(*this, model, model.waiting.empty() ? state_.last_id : model.waiting.begin()->first);
  for (bool wanted = true; wanted;) {
    std::vector<Model*> leaving;
    if (turn.has_come()) {
      const std::vector<Model*> others = residents();
      const RoomPlan room = plan(others, model.memory_bytes);
      if (!room.possible) return fail(no_room(model));
      if (room.leave.empty()) {
        model.resident = true;
        return {};
      }
      for (const std::size_t i : room.leave) leaving.push_back(others[i]);
    }
    turn.ask_to_leave(leaving);
    if (!leaving.empty() && leaving.front()->idle()) {
      unloads_.unload_idle(*leaving.front(), "to make room for '" + model.spec.id + "'");
      continue;
    }
    state_.wait_for(kAskStillWanted);
    state_.unlock();
    wanted = watched.on_progress(0);
    state_.lock();
  }
  return fail(ErrorCode::Cancelled, "the load of model '" + model.spec.id + "' was given up");
}

void MemoryRoom::trim(const Model& loaded) {
  const EngineLock lock(state_);
  for (;;) {
    std::vector<Model*> others = residents();
    const RoomPlan room = plan(others, 0);
    const auto idle = std::find_if(room.leave.begin(), room.leave.end(),
                                   [&](std::size_t i) REQUIRES(engine_mutex) {
                                     return others[i] != &loaded && others[i]->idle();
                                   });
    if (idle == room.leave.end()) return;
    unloads_.unload_idle(*others[*idle], "'" + loaded.spec.id + "' takes more than was expected");
  }
}

std::vector<Model*> MemoryRoom::residents() const {
  std::vector<Model*> residents;
  for (const auto& model : state_.models.all()) {
    const bool dead = model->phase == Model::Phase::Ready && !model->ready();
    if (model->resident && !dead) residents.push_back(model.get());
  }
  return residents;
}

RoomPlan MemoryRoom::plan(const std::vector<Model*>& residents, std::uint64_t need) const {
  const auto now = Model::Clock::now();
  std::vector<Resident> seen;
  for (const Model* resident : residents) {
    const auto idle_since = resident->idle_since.value_or(now);
    seen.push_back({.memory_bytes = resident->memory_bytes,
                    .pinned = resident->spec.pinned,
                    .busy = !resident->idle(),
                    .idle_seconds = std::chrono::duration<double>(now - idle_since).count(),
                    .load_seconds = resident->load_seconds});
  }
  return plan_room(seen, need, state_.options.memory_limit);
}

Error MemoryRoom::no_room(const Model& model) const {
  std::uint64_t pinned = 0;
  for (const Model* other : residents()) {
    if (other->spec.pinned) pinned += other->memory_bytes;
  }
  return {ErrorCode::Unsupported,
          "model '" + model.spec.id + "' needs " + megabytes(model.memory_bytes) +
              " of memory; the limit of all models together is " +
              megabytes(state_.options.memory_limit) + " (memory_limit)" +
              (pinned > 0 ? ", of which pinned models use " + megabytes(pinned) : ""),
          "model"};
}

}  // namespace pcai::engine
