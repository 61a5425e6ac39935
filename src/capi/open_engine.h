#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capi/process_end.h"
#include "engine/engine.h"

namespace pcai::capi {

/// The backends of this build; the fake one only if `backend` is "fake". Fails with InvalidRequest
/// if `backend` (a name, "auto" or "") is unknown, and with Unsupported if it cannot be used here.
/// Also silences the library's log: a library does not print.
Result<std::shared_ptr<const backend::BackendRegistry>> backends_for(std::string_view backend);

/// An engine that can be closed while handles still share it. What they ask for afterwards fails
/// with Cancelled. All its models use one backend, or "auto". Any thread may call any method.
class OpenEngine {
 public:
  /// `registry` is what backends_for(backend) returned. Starts the engine's threads; throws
  /// NoThread.
  static std::shared_ptr<OpenEngine> create(
      std::string backend, std::shared_ptr<const backend::BackendRegistry> registry,
      engine::EngineOptions options);

  /// For what needs no check of closed(): stats, lists, unloading.
  engine::Engine& engine() noexcept { return engine_; }
  const engine::Engine& engine() const noexcept { return engine_; }

  /// Makes a model known by its id, for this engine's backend; loads nothing. Fails with
  /// InvalidRequest if the id is taken.
  Status add_model(std::string id, ModelConfig config);

  /// Loads a known model ("" = the only one) and blocks. Fails with Cancelled if the engine is
  /// closed meanwhile; then the model is not loaded.
  Status load_model(const std::string& id, backend::LoadProgress& progress);

  /// Starts a request; its events come through the result. Fails as Engine::generate does.
  Result<std::unique_ptr<engine::Generation>> generate(GenerateRequest request);

  /// True once close() has begun.
  bool closed() const noexcept { return closed_; }

  /// Refuses what is new, cancels what runs, unloads every model and waits for that. A second call
  /// is harmless.
  void close();

 private:
  OpenEngine(std::string backend, std::shared_ptr<const backend::BackendRegistry> registry,
             engine::EngineOptions options);

  std::string backend_;
  std::atomic<bool> closed_{false};
  EngineAlive alive_;  // before the engine, which ends its threads
  engine::Engine engine_;
};

}  // namespace pcai::capi
