#include "engine/models/unloads.h"

#include <functional>
#include <memory>
#include <utility>

namespace pcai::engine {
namespace {

Error unloaded(const Model& model) {
  return {ErrorCode::Cancelled, "model '" + model.spec.id + "' was unloaded"};
}

}  // namespace

void Unloads::unload(Model& model, const std::string& why) {
  EngineLock lock(state_);
  if (model.phase == Model::Phase::Loading) {
    model.abort_load = true;
    state_.notify();
    const std::uint64_t load = model.loads;
    state_.wait([&]() REQUIRES(engine_mutex) {
      return model.phase != Model::Phase::Loading || model.loads != load;
    });
  }
  state_.wait([&]() REQUIRES(engine_mutex) { return model.phase != Model::Phase::Unloading; });
  if (model.phase == Model::Phase::Loading) return;  // a load that began after the unload

  const std::function<void()> tell = users_.end_waiting(model, unloaded(model));
  const std::shared_ptr<ModelInstance> instance = std::exchange(model.instance, nullptr);
  model.phase = instance ? Model::Phase::Unloading : Model::Phase::Unloaded;
  if (instance) instance->closed = unloaded(model);
  keep_alive_.settle(model);
  lock.unlock();
  tell();
  users_.stop_inquiries(model);
  if (!instance) return;

  destroy(*instance);
  lock.lock();
  left(model, why);
}

void Unloads::unload_idle(Model& model, const std::string& why) {
  const std::shared_ptr<ModelInstance> instance = std::exchange(model.instance, nullptr);
  model.phase = Model::Phase::Unloading;
  keep_alive_.settle(model);
  instance->closed = unloaded(model);
  state_.unlock();
  destroy(*instance);
  state_.lock();
  left(model, why);
}

void Unloads::unload_expired(Model& model) {
  if (!model.idle() || !model.leaves_at || *model.leaves_at > Model::Clock::now()) return;
  unload_idle(model, model.removed      ? "it is no longer offered"
                     : model.asked_stay ? "as a request asked"
                                        : "it was idle");
}

void Unloads::left(Model& model, const std::string& why) {
  model.phase = Model::Phase::Unloaded;
  model.resident = false;
  // Who waits for it has said how long it is to stay next time.
  if (model.waiting.empty() && model.wanted == 0) model.asked_stay.reset();
  state_.record(model, ModelRecord::What::Unloaded, why);
  state_.notify();
  users_.advance(model);
}

void Unloads::destroy(ModelInstance& instance) {
  std::unique_ptr<backend::LoadedModel> model;
  {
    const EngineLock lock(state_);
    state_.wait([&]() REQUIRES(engine_mutex) { return instance.users == 0; });
    model = std::move(instance.model);
  }
  // Its last events come now, and need the mutex.
  model.reset();
}

}  // namespace pcai::engine
