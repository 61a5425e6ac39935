#include "capi/open_engine.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "backend/register_backends.h"

namespace pcai::capi {
namespace {

/// Passes progress on until the engine is closed.
class UntilClosed final : public backend::LoadProgress {
 public:
  UntilClosed(const OpenEngine& engine, backend::LoadProgress& progress)
      : engine_(engine), progress_(progress) {}

  bool on_progress(float fraction) noexcept override {
    return !engine_.closed() && progress_.on_progress(fraction);
  }

 private:
  const OpenEngine& engine_;
  backend::LoadProgress& progress_;
};

tl::unexpected<Error> engine_freed() {
  return fail(ErrorCode::Cancelled, "the engine was freed");
}

}  // namespace

Result<std::shared_ptr<const backend::BackendRegistry>> backends_for(std::string_view backend) {
  // The library's own log, not the host's: a library does not print.
  spdlog::set_level(spdlog::level::off);
  backend::BackendRegistry all;
  backend::register_backends(all);
  auto registry = std::make_shared<backend::BackendRegistry>();
  for (const backend::BackendEntry& entry : all.entries()) {
    // Only by name, so that "auto" never answers a user with a script.
    if (entry.descriptor.needs_file || entry.name == backend) registry->add(entry);
  }
  const Result<const backend::BackendEntry*> entry = registry->find(backend);
  if (!entry) return fail(entry.error());
  return registry;
}

std::shared_ptr<OpenEngine> OpenEngine::create(
    std::string backend, std::shared_ptr<const backend::BackendRegistry> registry,
    engine::EngineOptions options) {
  std::shared_ptr<OpenEngine> engine(
      new OpenEngine(std::move(backend), std::move(registry), options));
  note_engine(engine);
  return engine;
}

OpenEngine::OpenEngine(std::string backend,
                       std::shared_ptr<const backend::BackendRegistry> registry,
                       engine::EngineOptions options)
    : backend_(std::move(backend)), engine_(std::move(registry), options) {}

Status OpenEngine::add_model(std::string id, ModelConfig config) {
  if (closed_) return engine_freed();
  return engine_.add_model({.id = std::move(id), .config = std::move(config), .backend = backend_});
}

Status OpenEngine::load_model(const std::string& id, backend::LoadProgress& progress) {
  if (closed_) return engine_freed();
  UntilClosed until_closed(*this, progress);
  Status status = engine_.load_model(id, until_closed);
  if (status) note_load();
  // close() may have unloaded everything just before this load was done.
  if (status && closed_) status = engine_.unload_model(id);
  if (closed_) return engine_freed();
  return status;
}

Result<std::unique_ptr<engine::Generation>> OpenEngine::generate(GenerateRequest request) {
  Result<std::unique_ptr<engine::Generation>> generation = engine_.generate(std::move(request));
  if (!generation && closed_) return engine_freed();
  return generation;
}

void OpenEngine::close() {
  closed_ = true;
  engine_.drain();
  engine_.cancel_all();
  for (const ModelStatus& model : engine_.list_models()) {
    (void)engine_.unload_model(model.id);  // one that another thread removed meanwhile
  }
}

}  // namespace pcai::capi
