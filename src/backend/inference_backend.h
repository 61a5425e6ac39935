#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/loaded_model.h"

namespace pcai {

/// What a backend can do in general. A certain model may be able to do less.
struct BackendCapabilities {
  bool supports_gpu = false;
  bool supports_streaming = true;
  bool supports_tool_calls = false;
  bool supports_vision = false;
  bool supports_audio = false;
  bool supports_seed = false;  // the same seed gives the same text, on a freshly loaded model
  bool reproducible = false;   // and other requests and the cache do not change it
  bool supports_logprobs = false;
  bool supports_grammars = false;          // GenerateParams::grammar
  bool supports_reasoning_budget = false;  // GenerateParams::reasoning_budget
  bool supports_infill = false;            // InfillPrompt
  bool supports_adapters = false;          // GenerateParams::adapters
  std::uint32_t max_context_length = 0;    // 0 = the model's own
};

/// A backend as plain data: what `pcai version` shows.
struct BackendDescriptor {
  std::string name;                  // "llamacpp"
  std::string version;               // of the engine below, "" = none
  std::vector<std::string> formats;  // "gguf", "safetensors"
  BackendCapabilities capabilities;
};

/// Watches a load. The backend calls it on the thread that called load().
class LoadProgress {
 public:
  virtual ~LoadProgress() = default;

  /// `fraction` rises from 0 to 1. If it returns false the load stops soon and fails with
  /// Cancelled.
  virtual bool on_progress(float fraction) noexcept = 0;
};

/// For callers that do not watch.
class NoProgress final : public LoadProgress {
 public:
  bool on_progress(float) noexcept override { return true; }
};

/// Loads models. Any thread may call any method, and several loads may run at the same time. A
/// backend must outlive its models.
class InferenceBackend {
 public:
  virtual ~InferenceBackend() = default;

  virtual const BackendDescriptor& descriptor() const noexcept = 0;

  /// Loads a model and blocks until it is ready. Fails with InvalidModel (missing, damaged or of an
  /// unknown kind), InvalidRequest (a setting of the spec), Cancelled or Internal. A failed load
  /// leaves nothing behind.
  virtual Result<std::unique_ptr<LoadedModel>> load(const ModelSpec& spec,
                                                    LoadProgress& progress) = 0;
};

}  // namespace pcai
