#include "engine/models/residence.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "engine/models/call_model.h"

namespace pcai::engine {
namespace {

constexpr std::uint32_t kLoadThreads = 4;  // some may wait for room

Result<std::unique_ptr<backend::LoadedModel>> load_by(Backends& backends, const ModelSpec& spec,
                                                      backend::LoadProgress& progress) {
  using Loaded = Result<std::unique_ptr<backend::LoadedModel>>;
  return call_model("model '" + spec.id + "' cannot be loaded", [&]() -> Loaded {
    const Result<backend::InferenceBackend*> backend = backends.get(spec);
    if (!backend) return fail(backend.error());
    return (*backend)->load(spec, progress);
  });
}

}  // namespace

/// Keeps the model's progress up to date and lets an unload abort the load.
class Residence::WatchedLoad final : public backend::LoadProgress {
 public:
  WatchedLoad(EngineState& state, Model& model, backend::LoadProgress& watcher)
      : state_(state), model_(model), watcher_(watcher) {}

  bool on_progress(float fraction) noexcept override {
    {
      const EngineLock lock(state_);
      model_.progress = fraction;
      if (model_.abort_load) return false;
    }
    return watcher_.on_progress(fraction);
  }

 private:
  EngineState& state_;
  Model& model_;
  backend::LoadProgress& watcher_;
};

Residence::Residence(EngineState& state, std::shared_ptr<const backend::BackendRegistry> registry,
                     ModelUsers& users)
    : state_(state),
      users_(users),
      backends_(std::move(registry)),
      keep_alive_(state,
                  [this](std::size_t index) {
                    // Ending a model may take a while.
                    threads_.post([this, index] { expire(index); });
                  }),
      unloads_(state, keep_alive_, users),
      room_(state, unloads_, users),
      threads_(kLoadThreads) {}

Residence::~Residence() {
  keep_alive_.stop();  // it posts to the threads
}

Status Residence::load_model(std::string_view id, backend::LoadProgress& progress) {
  EngineLock lock(state_);
  Result<Model*> model = state_.models.find(id);
  lock.unlock();
  if (!model) return fail(std::move(model.error()));
  return ensure_loaded(**model, progress);
}

Status Residence::ensure_loaded(Model& model, backend::LoadProgress& progress) {
  EngineLock lock(state_);
  if (model.phase == Model::Phase::Loading) {
    const std::uint64_t load = model.loads;
    state_.wait([&]() REQUIRES(engine_mutex) {
      return model.phase != Model::Phase::Loading || model.loads != load;
    });
    if (model.phase == Model::Phase::Failed) return fail(*model.error);
  }
  state_.wait([&]() REQUIRES(engine_mutex) {
    return model.phase != Model::Phase::Loading && model.phase != Model::Phase::Unloading;
  });
  model.load_next = false;
  if (model.removed) {
    return fail(ErrorCode::Cancelled, "model '" + model.spec.id + "' was removed");
  }
  if (model.ready()) return {};
  mark_loading(model);
  lock.unlock();
  return load(model, progress);
}

void Residence::mark_loading(Model& model) {
  model.phase = Model::Phase::Loading;
  model.progress = 0;
  model.abort_load = false;
  model.error.reset();
  ++model.loads;
  if (model.instance) {
    model.instance->closed = Error{ErrorCode::WorkerDied, "the model's process ended"};
  }
}

void Residence::load_in_background(Model& model) {
  mark_loading(model);
  threads_.post([this, &model] {
    backend::NoProgress progress;
    static_cast<void>(load(model, progress));
  });
}

Status Residence::load(Model& model, backend::LoadProgress& progress) {
  EngineLock lock(state_);
  const std::shared_ptr<ModelInstance> dead = std::exchange(model.instance, nullptr);
  lock.unlock();
  if (dead) unloads_.destroy(*dead);

  WatchedLoad watched(state_, model, progress);
  const Status room = room_.make(model, watched);
  const auto start = Model::Clock::now();
  Result<std::unique_ptr<backend::LoadedModel>> loaded =
      room ? load_by(backends_, model.spec, watched) : fail(room.error());

  lock.lock();
  model.load_seconds = std::chrono::duration<double>(Model::Clock::now() - start).count();
  model.resident = loaded.has_value();
  std::function<void()> tell = [] {};
  if (loaded) {
    take_in(model, std::move(*loaded));
  } else {
    const bool cancelled = loaded.error().code == ErrorCode::Cancelled;
    model.phase = cancelled ? Model::Phase::Unloaded : Model::Phase::Failed;
    if (!cancelled) model.error = loaded.error();
    tell = users_.end_waiting(model, loaded.error());
    state_.record(model, ModelRecord::What::Failed, loaded.error().message);
  }
  state_.notify();
  lock.unlock();
  tell();
  if (!loaded) return fail(std::move(loaded.error()));
  if (state_.options.memory_limit > 0) room_.trim(model);
  return {};
}

void Residence::take_in(Model& model, std::unique_ptr<backend::LoadedModel> loaded) {
  const ModelInfo& info = loaded->info();
  std::string without;
  for (const std::string& warning : info.warnings) {
    without += (without.empty() ? "" : "; ") + warning;
  }
  if (info.memory_bytes > 0) model.memory_bytes = info.memory_bytes;
  model.instance = std::make_shared<ModelInstance>();
  model.instance->max_sequences = std::max(1U, info.max_sequences);
  model.instance->model = std::move(loaded);
  model.phase = Model::Phase::Ready;
  state_.record(model, ModelRecord::What::Loaded, std::move(without));
  users_.advance(model);
  keep_alive_.settle(model);
}

Status Residence::unload_model(std::string_view id) {
  EngineLock lock(state_);
  Result<Model*> model = state_.models.find(id);
  lock.unlock();
  if (!model) return fail(std::move(model.error()));
  unloads_.unload(**model, "as asked");
  return {};
}

Status Residence::begin_load(std::string_view id) {
  const EngineLock lock(state_);
  if (state_.draining) {
    return fail(ErrorCode::Draining, "the server is shutting down and loads no models");
  }
  Result<Model*> model = state_.models.find(id);
  if (!model) return fail(std::move(model.error()));
  if ((*model)->loadable()) {
    load_in_background(**model);
  } else if ((*model)->phase == Model::Phase::Unloading && !(*model)->load_next) {
    (*model)->load_next = true;
    threads_.post([this, found = *model] {
      backend::NoProgress progress;
      static_cast<void>(ensure_loaded(*found, progress));
    });
  }
  return {};
}

Status Residence::begin_unload(std::string_view id) {
  const EngineLock lock(state_);
  Result<Model*> model = state_.models.find(id);
  if (!model) return fail(std::move(model.error()));
  threads_.post([this, found = *model] { unloads_.unload(*found, "as asked"); });
  return {};
}

Status Residence::let_go(std::string_view id) {
  const EngineLock lock(state_);
  Result<Model*> model = state_.models.find(id);
  if (!model) return fail(std::move(model.error()));
  if ((*model)->spec.pinned) {
    return fail(ErrorCode::Unsupported,
                "model '" + (*model)->spec.id + "' is pinned by the server's settings and stays",
                "model");
  }
  const bool is_here =
      (*model)->phase == Model::Phase::Ready || (*model)->phase == Model::Phase::Loading;
  if (!is_here) return {};
  (*model)->ask_stay(std::chrono::milliseconds(0));
  keep_alive_.settle(**model);
  return {};
}

Status Residence::remove_model(std::string_view id) {
  EngineLock lock(state_);
  Result<Model*> model = state_.models.find_to_remove(id);
  if (!model) return fail(std::move(model.error()));
  (*model)->removed = true;
  lock.unlock();
  unloads_.unload(**model, "it was removed");
  return {};
}

Status Residence::retire_model(std::string_view id) {
  const EngineLock lock(state_);
  Result<Model*> model = state_.models.find_to_remove(id);
  if (!model) return fail(std::move(model.error()));
  (*model)->removed = true;
  keep_alive_.settle(**model);
  return {};
}

void Residence::unload_all() {
  std::vector<Model*> models;
  {
    const EngineLock lock(state_);
    for (const auto& model : state_.models.all()) models.push_back(model.get());
  }
  for (Model* model : models) unloads_.unload(*model, "the end");
}

Lease Residence::lease(Model& model, std::shared_ptr<ModelInstance> instance) {
  return {state_, keep_alive_, model, std::move(instance)};
}

void Residence::expire(std::size_t index) {
  const EngineLock lock(state_);
  unloads_.unload_expired(*state_.models.all().at(index));
}

}  // namespace pcai::engine
