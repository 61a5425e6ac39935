#include <algorithm>
#include <utility>

#include "engine/engine_impl.h"

namespace pcai::engine {
namespace {

// How often a load that waits for room asks whether it is still wanted.
constexpr std::chrono::milliseconds kAskStillWanted{200};
constexpr std::chrono::milliseconds kAtOnce{0};

std::string megabytes(std::uint64_t bytes) {
  return std::to_string((bytes + 999'999) / 1'000'000) + " MB";
}

}  // namespace

/// A load's place in the queue for room. Only the first one asks others to leave, so two loads
/// never wait for each other; the one whose request arrived first is first. Made and ended with the
/// mutex held.
class Engine::Impl::RoomTurn {
 public:
  RoomTurn(Impl& impl, const Model& model, RequestId since)
      : impl_(impl), place_(impl.room_queue_.emplace(since, &model).first) {}

  ~RoomTurn() {
    ask_to_leave({});
    impl_.room_queue_.erase(place_);
    impl_.changed_.notify_all();
  }

  RoomTurn(const RoomTurn&) = delete;
  RoomTurn& operator=(const RoomTurn&) = delete;

  bool has_come() const { return place_ == impl_.room_queue_.begin(); }

  /// Asks these and nobody else. Those who came before this load's request are still served.
  void ask_to_leave(std::vector<Model*> models) {
    const std::vector<Model*> before = std::exchange(asked_, std::move(models));
    for (Model* model : asked_) model->last_before_leaving = place_->first;
    for (Model* model : before) {
      if (std::find(asked_.begin(), asked_.end(), model) != asked_.end()) continue;
      model->last_before_leaving.reset();
      impl_.advance(*model);
    }
  }

 private:
  Impl& impl_;
  std::set<std::pair<RequestId, const Model*>>::iterator place_;
  std::vector<Model*> asked_;
};

std::vector<Model*> Engine::Impl::residents() const {
  std::vector<Model*> residents;
  for (const auto& model : models_.all()) {
    const bool dead = model->phase == Model::Phase::Ready && !model->ready();
    if (model->resident && !dead) residents.push_back(model.get());
  }
  return residents;
}

RoomPlan Engine::Impl::plan(const std::vector<Model*>& residents, std::uint64_t need) const {
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
  return plan_room(seen, need, options_.memory_limit);
}

/// Blocks until the model's memory is within the limit, and takes it.
Status Engine::Impl::make_room(Model& model, backend::LoadProgress& watched) {
  Lock lock(mutex_);
  RoomTurn turn(*this, model, model.waiting.empty() ? last_id_ : model.waiting.begin()->first);
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
      unload_idle(lock, *leaving.front(), "to make room for '" + model.spec.id + "'");
      continue;
    }
    changed_.wait_for(lock, kAskStillWanted);
    lock.unlock();
    wanted = watched.on_progress(0);
    lock.lock();
  }
  return fail(ErrorCode::Cancelled, "the load of model '" + model.spec.id + "' was given up");
}

Error Engine::Impl::no_room(const Model& model) const {
  std::uint64_t pinned = 0;
  for (const Model* other : residents()) {
    if (other->spec.pinned) pinned += other->memory_bytes;
  }
  return {ErrorCode::Unsupported,
          "model '" + model.spec.id + "' needs " + megabytes(model.memory_bytes) +
              " of memory; all models together may have " + megabytes(options_.memory_limit) +
              " (memory_limit)" +
              (pinned > 0 ? ", of which pinned ones hold " + megabytes(pinned) : ""),
          "model"};
}

/// After a load that took more than was expected: lets idle models go until the limit is kept.
void Engine::Impl::trim(const Model& loaded) {
  Lock lock(mutex_);
  for (;;) {
    std::vector<Model*> others = residents();
    const RoomPlan room = plan(others, 0);
    const auto idle = std::find_if(room.leave.begin(), room.leave.end(), [&](std::size_t i) {
      return others[i] != &loaded && others[i]->idle();
    });
    if (idle == room.leave.end()) return;
    unload_idle(lock, *others[*idle], "'" + loaded.spec.id + "' takes more than was expected");
  }
}

/// Gives up the lock while the model goes.
void Engine::Impl::unload_idle(Lock& lock, Model& model, const std::string& why) {
  const std::shared_ptr<ModelInstance> instance = std::exchange(model.instance, nullptr);
  model.phase = Model::Phase::Unloading;
  settle(model);
  instance->closed = Error{ErrorCode::Cancelled, "model '" + model.spec.id + "' was unloaded"};
  lock.unlock();
  destroy(*instance);
  lock.lock();
  model.phase = Model::Phase::Unloaded;
  model.resident = false;
  record(model, ModelRecord::What::Unloaded, why);
  changed_.notify_all();
  advance(model);
}

/// Notes since when it is idle, and when it will have been for too long.
void Engine::Impl::settle(Model& model) {
  if (model.leaves_at) idle_timer_.remove(*model.leaves_at, model.index);
  model.leaves_at.reset();
  if (!model.idle()) return model.idle_since.reset();
  if (!model.idle_since) model.idle_since = Model::Clock::now();
  if (model.removed || (model.keep_alive.count() > 0 && !model.spec.pinned)) {
    model.leaves_at = *model.idle_since + (model.removed ? kAtOnce : model.keep_alive);
    idle_timer_.add(*model.leaves_at, model.index);
  }
  changed_.notify_all();
}

void Engine::Impl::expire(std::size_t index) {
  Lock lock(mutex_);
  Model& model = *models_.all().at(index);
  if (!model.idle() || !model.leaves_at || *model.leaves_at > Model::Clock::now()) return;
  unload_idle(lock, model, model.removed ? "it is offered no more" : "nobody asked for it");
}

void Engine::Impl::record(const Model& model, ModelRecord::What what, std::string reason) const {
  if (!on_model_) return;
  on_model_({.model = model.spec.id,
             .what = what,
             .reason = std::move(reason),
             .memory_bytes = model.memory_bytes,
             .seconds = model.load_seconds});
}

}  // namespace pcai::engine
