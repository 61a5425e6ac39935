#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace pcai::capi {

/// The backends of this build. Fails with InvalidRequest when `backend` (as in pcai_init) is none,
/// and with Unsupported when it cannot be used here.
Result<std::shared_ptr<const backend::BackendRegistry>> backends_for(std::string_view backend);

/// An engine of one backend that can be closed while handles still hold it: what they ask for then
/// fails with Cancelled. Any thread may call any method.
class OpenEngine {
 public:
  /// `registry` from backends_for(backend).
  OpenEngine(std::string backend, std::shared_ptr<const backend::BackendRegistry> registry,
             engine::EngineOptions options);

  engine::Engine& engine() noexcept { return engine_; }
  const engine::Engine& engine() const noexcept { return engine_; }

  /// Makes a model known, by its id, for this engine's backend.
  Status add_model(std::string id, ModelConfig config);

  /// Loads a known model and blocks. Fails with Cancelled when the engine is closed meanwhile.
  Status load_model(const std::string& id, backend::LoadProgress& progress);

  Result<std::unique_ptr<engine::Generation>> generate(GenerateRequest request);

  bool closed() const noexcept { return closed_; }

  /// Refuses what is new, cancels what runs, unloads every model. A second call is harmless.
  void close();

 private:
  std::string backend_;
  std::atomic<bool> closed_{false};
  engine::Engine engine_;
};

}  // namespace pcai::capi
