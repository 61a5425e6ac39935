#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/loaded_model.h"

namespace pcai {

/// What a backend can do at all; a model may do less.
struct BackendCapabilities {
  bool supports_gpu = false;
  bool supports_streaming = true;
  bool supports_tool_calls = false;
  bool supports_vision = false;
  bool supports_audio = false;
  bool supports_seed = false;  // same seed, same text, on a fresh model
  bool reproducible = false;   // and also whatever else runs or is cached
  bool supports_logprobs = false;
  bool supports_grammars = false;                    // GenerateParams::grammar
  bool supports_reasoning_budget = false;            // GenerateParams::reasoning_budget
  bool supports_infill = false;                      // InfillPrompt
  bool supports_adapters = false;                    // GenerateParams::adapters
  std::uint32_t max_context_length = 0;              // 0 = the model's own
  std::vector<std::string> missing_parameters = {};  // by name in core/parameters.h
};

/// A backend as plain data: what `pcai version` shows.
struct BackendDescriptor {
  std::string name;                  // "llamacpp"
  std::string version;               // of the engine below, "" = none
  std::vector<std::string> formats;  // "gguf", "safetensors"
  BackendCapabilities capabilities;
};

/// Watches a load. A backend calls it from the loading thread.
class LoadProgress {
 public:
  virtual ~LoadProgress() = default;

  /// `fraction` rises from 0 to 1. Returning false aborts the load, which then fails with
  /// Cancelled.
  virtual bool on_progress(float fraction) noexcept = 0;
};

/// For callers that do not watch.
class NoProgress final : public LoadProgress {
 public:
  bool on_progress(float) noexcept override { return true; }
};

/// Loads models. Any thread may call any method; loads may run side by side.
class InferenceBackend {
 public:
  virtual ~InferenceBackend() = default;

  virtual const BackendDescriptor& descriptor() const noexcept = 0;

  /// Blocks until the model is ready. Fails with InvalidModel (missing, damaged, unknown kind),
  /// InvalidRequest (a setting of the spec), Cancelled or Internal, and then leaves nothing behind.
  /// The backend must outlive its models.
  virtual Result<std::unique_ptr<LoadedModel>> load(const ModelSpec& spec,
                                                    LoadProgress& progress) = 0;
};

}  // namespace pcai
