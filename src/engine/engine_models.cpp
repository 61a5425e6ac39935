#include <algorithm>
#include <utility>

#include "engine/engine_impl.h"

namespace pcai::engine {
namespace {

constexpr std::uint32_t kLoadThreads = 4;     // some may wait for room
constexpr std::uint32_t kInquiryThreads = 4;  // one may wait for a load while others go on

}  // namespace

/// Keeps the model's progress up to date and lets unload() abort the load.
class Engine::Impl::WatchedLoad final : public backend::LoadProgress {
 public:
  WatchedLoad(Impl& impl, Model& model, backend::LoadProgress& watcher)
      : impl_(impl), model_(model), watcher_(watcher) {}

  bool on_progress(float fraction) noexcept override {
    {
      const Lock lock(impl_.mutex_);
      model_.progress = fraction;
      if (model_.abort_load) return false;
    }
    return watcher_.on_progress(fraction);
  }

 private:
  Impl& impl_;
  Model& model_;
  backend::LoadProgress& watcher_;
};

Engine::Impl::Impl(std::shared_ptr<const backend::BackendRegistry> registry, EngineOptions options,
                   std::function<void(const RequestRecord&)> on_record,
                   std::function<void(const ModelRecord&)> on_model)
    : options_(options),
      on_record_(std::move(on_record)),
      on_model_(std::move(on_model)),
      admission_(options.max_queue),
      backends_(std::move(registry)),
      deadlines_([this](RequestId id) { end_early(id, ErrorCode::DeadlineExceeded); }),
      load_threads_(kLoadThreads),
      idle_timer_([this](RequestId index) {
        // Ending a model may take a while.
        load_threads_.post([this, index] { expire(index); });
      }),
      submit_threads_(options.submit_threads),
      inquiry_threads_(kInquiryThreads) {}

void Engine::Impl::shut_down() {
  drain();
  cancel_all();
  for (const auto& model : models_.all()) unload(*model, "the end");
  Lock lock(mutex_);
  changed_.wait(lock, [this] { return idle(); });
}

Status Engine::Impl::add_model(ModelSpec spec) {
  const Lock lock(mutex_);
  return models_.add(std::move(spec), options_.keep_alive);
}

Status Engine::Impl::add_alias(std::string alias, std::string_view id) {
  const Lock lock(mutex_);
  return models_.add_alias(std::move(alias), id);
}

Status Engine::Impl::load_model(std::string_view id, backend::LoadProgress& progress) {
  Lock lock(mutex_);
  Result<Model*> model = models_.find(id);
  lock.unlock();
  if (!model) return fail(std::move(model.error()));
  return ensure_loaded(**model, progress);
}

Status Engine::Impl::ensure_loaded(Model& model, backend::LoadProgress& progress) {
  Lock lock(mutex_);
  if (model.phase == Model::Phase::Loading) {
    const std::uint64_t load = model.loads;
    changed_.wait(lock,
                  [&] { return model.phase != Model::Phase::Loading || model.loads != load; });
    if (model.phase == Model::Phase::Failed) return fail(*model.error);
  }
  while (model.phase == Model::Phase::Loading || model.phase == Model::Phase::Unloading) {
    changed_.wait(lock);
  }
  if (model.removed) {
    return fail(ErrorCode::Cancelled, "model '" + model.spec.id + "' was removed");
  }
  if (model.ready()) return {};
  begin_load(model);
  lock.unlock();
  return load(model, progress);
}

void Engine::Impl::begin_load(Model& model) {
  model.phase = Model::Phase::Loading;
  model.progress = 0;
  model.abort_load = false;
  model.error.reset();
  ++model.loads;
  if (model.instance) {
    model.instance->closed = Error{ErrorCode::WorkerDied, "the model's process ended"};
  }
}

void Engine::Impl::load_in_background(Model& model) {
  backend::NoProgress progress;
  // The error goes to the waiting requests and stays in the model's status.
  static_cast<void>(load(model, progress));
}

Status Engine::Impl::load(Model& model, backend::LoadProgress& progress) {
  Lock lock(mutex_);
  const std::shared_ptr<ModelInstance> dead = std::exchange(model.instance, nullptr);
  lock.unlock();
  if (dead) destroy(*dead);

  WatchedLoad watched(*this, model, progress);
  const Status room = make_room(model, watched);
  const auto start = Model::Clock::now();
  const Result<backend::InferenceBackend*> backend =
      room ? backends_.get(model.spec) : Result<backend::InferenceBackend*>(fail(room.error()));
  Result<std::unique_ptr<backend::LoadedModel>> loaded =
      backend ? (*backend)->load(model.spec, watched) : fail(backend.error());

  lock.lock();
  model.load_seconds = std::chrono::duration<double>(Model::Clock::now() - start).count();
  model.resident = loaded.has_value();
  std::vector<Ending> endings;
  if (loaded) {
    std::string without;
    for (const std::string& warning : (*loaded)->info().warnings) {
      without += (without.empty() ? "" : "; ") + warning;
    }
    if ((*loaded)->info().memory_bytes > 0) model.memory_bytes = (*loaded)->info().memory_bytes;
    model.instance = std::make_shared<ModelInstance>();
    model.instance->max_sequences = std::max(1U, (*loaded)->info().max_sequences);
    model.instance->model = std::move(*loaded);
    model.phase = Model::Phase::Ready;
    record(model, ModelRecord::What::Loaded, std::move(without));
    advance(model);
    settle(model);
  } else if (loaded.error().code == ErrorCode::Cancelled) {
    model.phase = Model::Phase::Unloaded;
    endings = close_waiting(model, loaded.error());
  } else {
    model.phase = Model::Phase::Failed;
    model.error = loaded.error();
    endings = close_waiting(model, loaded.error());
  }
  if (!loaded) record(model, ModelRecord::What::Failed, loaded.error().message);
  changed_.notify_all();
  lock.unlock();
  for (Ending& ending : endings) deliver(std::move(ending));
  if (!loaded) return fail(std::move(loaded.error()));
  if (options_.memory_limit > 0) trim(model);
  return {};
}

Status Engine::Impl::unload_model(std::string_view id) {
  Lock lock(mutex_);
  Result<Model*> model = models_.find(id);
  lock.unlock();
  if (!model) return fail(std::move(model.error()));
  unload(**model, "as asked");
  return {};
}

Status Engine::Impl::begin_load(std::string_view id) {
  const Lock lock(mutex_);
  if (draining_)
    return fail(ErrorCode::Draining, "the server is shutting down and loads no models");
  Result<Model*> model = models_.find(id);
  if (!model) return fail(std::move(model.error()));
  if ((*model)->loadable()) {
    begin_load(**model);
    load_threads_.post([this, found = *model] { load_in_background(*found); });
  }
  return {};
}

Status Engine::Impl::begin_unload(std::string_view id) {
  const Lock lock(mutex_);
  Result<Model*> model = models_.find(id);
  if (!model) return fail(std::move(model.error()));
  load_threads_.post([this, found = *model] { unload(*found, "as asked"); });
  return {};
}

Status Engine::Impl::remove_model(std::string_view id) {
  Lock lock(mutex_);
  Result<Model*> model = models_.find(id);
  if (!model) return fail(std::move(model.error()));
  (*model)->removed = true;
  lock.unlock();
  unload(**model, "it was removed");
  return {};
}

Status Engine::Impl::retire_model(std::string_view id) {
  const Lock lock(mutex_);
  Result<Model*> model = models_.find(id);
  if (!model) return fail(std::move(model.error()));
  (*model)->removed = true;
  settle(**model);
  return {};
}

Status Engine::Impl::set_default_model(std::string_view id) {
  const Lock lock(mutex_);
  return models_.set_default(id);
}

void Engine::Impl::unload(Model& model, const std::string& why) {
  const Error unloaded{ErrorCode::Cancelled, "model '" + model.spec.id + "' was unloaded"};
  Lock lock(mutex_);
  if (model.phase == Model::Phase::Loading) {
    model.abort_load = true;
    changed_.notify_all();
    const std::uint64_t load = model.loads;
    changed_.wait(lock,
                  [&] { return model.phase != Model::Phase::Loading || model.loads != load; });
  }
  while (model.phase == Model::Phase::Unloading) changed_.wait(lock);
  if (model.phase == Model::Phase::Loading) return;  // a load that began after the unload

  std::vector<Ending> endings = close_waiting(model, unloaded);
  const std::shared_ptr<ModelInstance> instance = std::exchange(model.instance, nullptr);
  model.phase = instance ? Model::Phase::Unloading : Model::Phase::Unloaded;
  if (instance) instance->closed = unloaded;
  settle(model);
  lock.unlock();
  for (Ending& ending : endings) deliver(std::move(ending));
  stop_inquiries(&model, ErrorCode::Cancelled);
  if (!instance) return;

  destroy(*instance);
  lock.lock();
  model.phase = Model::Phase::Unloaded;
  model.resident = false;
  record(model, ModelRecord::What::Unloaded, why);
  changed_.notify_all();
  advance(model);
}

void Engine::Impl::destroy(ModelInstance& instance) {
  std::unique_ptr<backend::LoadedModel> model;
  {
    Lock lock(mutex_);
    changed_.wait(lock, [&] { return instance.users == 0; });
    model = std::move(instance.model);
  }
  // Its last events come now, and need the mutex.
  model.reset();
}

std::vector<ModelStatus> Engine::Impl::list_models() const {
  const Lock lock(mutex_);
  std::vector<ModelStatus> statuses;
  for (const auto& model : models_.all()) {
    if (!model->removed) statuses.push_back(model->status());
  }
  return statuses;
}

Result<ModelStatus> Engine::Impl::model(std::string_view id) const {
  const Lock lock(mutex_);
  Result<Model*> model = models_.find(id);
  if (!model) return fail(std::move(model.error()));
  return (*model)->status();
}

ModelDefaults Engine::Impl::defaults(std::string_view id) const {
  const Lock lock(mutex_);
  const Result<Model*> model = models_.find(id);
  return model ? (*model)->spec.defaults : ModelDefaults();
}

std::optional<ModelStats> Engine::Impl::model_stats(std::string_view id) {
  Lock lock(mutex_);
  const Result<Model*> model = models_.find(id);
  if (!model || !(*model)->ready()) return std::nullopt;
  const Lease lease(*this, **model, (*model)->instance);
  lock.unlock();
  return lease.model().stats();
}

bool Engine::Impl::ready() const {
  const Lock lock(mutex_);
  const Result<Model*> model = models_.find("");
  if (!model || draining_) return false;
  // One that has left for being idle, or to make room, comes back when it is asked for.
  const bool has_left = (*model)->phase == Model::Phase::Unloaded && (*model)->load_seconds > 0;
  return (*model)->ready() || has_left;
}

}  // namespace pcai::engine
