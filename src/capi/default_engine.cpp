#include "capi/default_engine.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "capi/abi/text.h"
#include "capi/abi/wait.h"
#include "capi/open_engine.h"
#include "platform/path_text.h"

namespace pcai::capi {
namespace {

/// What this thread is inside of: a callback may call back into the library.
thread_local std::vector<const void*> calls_of_this_thread;

tl::unexpected<Error> shut_down_meanwhile() {
  return fail(ErrorCode::Cancelled, "pcai_shutdown was called");
}

}  // namespace

/// From init to shut_down. Each model has an engine of its own, so that the next one can be loaded
/// beside it and then take its place.
class DefaultEngine::Running {
 public:
  Running(std::string backend, std::shared_ptr<const backend::BackendRegistry> registry)
      : backend_(std::move(backend)), registry_(std::move(registry)) {}

  const std::string& backend() const noexcept { return backend_; }

  Status load_model(std::filesystem::path path, std::int32_t gpu_layers);

  /// The engine with the model that answers; null when none is loaded.
  std::shared_ptr<OpenEngine> engine() {
    const MutexLock lock(mutex_);
    return loaded_.engine;
  }

  /// Ends what runs and refuses what is new.
  void close();

 private:
  struct Loaded {
    std::filesystem::path path;
    std::int32_t gpu_layers = 0;
    std::shared_ptr<OpenEngine> engine;
  };

  const std::string backend_;
  const std::shared_ptr<const backend::BackendRegistry> registry_;
  Mutex load_mutex_;  // one load at a time
  Mutex mutex_;       // never held while loading or generating
  Loaded loaded_ GUARDED_BY(mutex_);
  std::shared_ptr<OpenEngine> loading_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

Status DefaultEngine::Running::load_model(std::filesystem::path path, std::int32_t gpu_layers) {
  const MutexLock one_load(load_mutex_);
  const auto engine = OpenEngine::create(backend_, registry_, engine::EngineOptions{});
  {
    const MutexLock lock(mutex_);
    if (closed_) return shut_down_meanwhile();
    const bool same = loaded_.path == path && loaded_.gpu_layers == gpu_layers;
    if (loaded_.engine && same) return {};
    loading_ = engine;
  }
  Status status = engine->add_model(platform::path_text(path.stem()),
                                    {.model_path = path, .gpu_layers = gpu_layers});
  backend::NoProgress progress;
  if (status) status = engine->load_model("", progress);

  Loaded before;
  {
    const MutexLock lock(mutex_);
    loading_.reset();
    if (closed_) return shut_down_meanwhile();
    if (!status) return status;
    before = std::exchange(loaded_, {std::move(path), gpu_layers, engine});
  }
  if (before.engine) before.engine->close();
  return {};
}

void DefaultEngine::Running::close() {
  std::shared_ptr<OpenEngine> loaded;
  std::shared_ptr<OpenEngine> loading;
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    loaded = loaded_.engine;
    loading = loading_;
  }
  if (loading) loading->close();
  if (loaded) loaded->close();
}

/// A call that uses the running engine: shut_down waits until it is destroyed.
class DefaultEngine::Call {
 public:
  explicit Call(DefaultEngine& owner) : owner_(owner) {
    const MutexLock lock(owner.mutex_);
    if (!owner.running_) return;
    calls_of_this_thread.push_back(owner.running_.get());
    running_ = owner.running_;
  }

  ~Call() {
    if (!running_) return;
    auto& calls = calls_of_this_thread;
    calls.erase(std::find(calls.begin(), calls.end(), running_.get()));
    std::shared_ptr<Running> last;  // destroyed without the lock
    {
      const MutexLock lock(owner_.mutex_);
      if (running_.use_count() == 1) last = running_;
      running_.reset();
    }
    owner_.left_.notify_all();
  }

  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Null when the engine is not started.
  Running* running() const noexcept { return running_.get(); }

  static tl::unexpected<Error> not_started() {
    return fail(ErrorCode::InvalidRequest, "the engine is not started; call pcai_init first");
  }

 private:
  DefaultEngine& owner_;
  std::shared_ptr<Running> running_;
};

DefaultEngine::DefaultEngine() = default;
DefaultEngine::~DefaultEngine() = default;

DefaultEngine& DefaultEngine::instance() {
  static auto* const engine = new DefaultEngine;
  return *engine;
}

Status DefaultEngine::init(std::string_view backend) {
  if (backend.empty()) backend = "auto";
  const MutexLock lock(mutex_);
  if (running_) {
    if (backend == "auto" || backend == running_->backend()) return {};
    return fail(ErrorCode::InvalidRequest,
                "the engine runs with backend '" + running_->backend() +
                    "'; call pcai_shutdown before pcai_init with '" + std::string(backend) + "'",
                "backend_name");
  }
  auto registry = backends_for(backend);
  if (!registry) return fail(std::move(registry.error()));
  running_ = std::make_shared<Running>(std::string(backend), std::move(*registry));
  return {};
}

Status DefaultEngine::load_model(std::filesystem::path path, std::int32_t gpu_layers) {
  const Call call(*this);
  if (!call.running()) return Call::not_started();
  return call.running()->load_model(std::move(path), gpu_layers);
}

Status DefaultEngine::generate(GenerateRequest request, const OnText& on_text) {
  const Call call(*this);
  if (!call.running()) return Call::not_started();
  const std::shared_ptr<OpenEngine> engine = call.running()->engine();
  if (!engine) {
    return fail(ErrorCode::ModelNotFound, "no model is loaded; call pcai_load_model first");
  }
  Result<std::unique_ptr<engine::Generation>> started = engine->generate(std::move(request));
  if (!started) return fail(std::move(started.error()));
  engine::Generation& generation = **started;
  while (true) {
    std::optional<GenerateEvent> event = wait_for_event(generation, -1);
    if (const auto* delta = std::get_if<TextDelta>(&*event)) {
      if (!delta->text.empty() && !on_text(delta->text)) return {};
    } else if (auto* failed = std::get_if<Failed>(&*event)) {
      return fail(std::move(failed->error));
    } else if (std::holds_alternative<Finished>(*event)) {
      return {};
    }
  }
}

void DefaultEngine::shut_down() {
  std::shared_ptr<Running> running;
  {
    const MutexLock lock(mutex_);
    running = std::move(running_);
    running_.reset();
  }
  if (!running) return;
  running->close();

  const auto& calls = calls_of_this_thread;
  const auto own = std::count(calls.begin(), calls.end(), running.get());
  const MutexLock lock(mutex_);
  left_.wait(mutex_, [&] { return running.use_count() <= 1 + own; });
  if (own > 0) running.reset();  // the calls that this one is inside of destroy it
}

}  // namespace pcai::capi
