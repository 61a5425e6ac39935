#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "backend/loaded_model.h"

namespace pcai::backend {

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
  bool supports_prompt_logprobs = false;             // GenerateParams::prompt_logprobs
  bool supports_grammars = false;                    // GenerateParams::grammar
  bool supports_reasoning_budget = false;            // GenerateParams::reasoning_budget
  bool supports_infill = false;                      // InfillPrompt
  bool supports_adapters = false;                    // GenerateParams::adapters
  std::uint32_t max_context_length = 0;              // 0 = the model's own
  std::vector<std::string> missing_parameters = {};  // by name in core/parameters.h
};

/// What may be asked of a load beside the file: the members of ModelConfig, by their names.
enum class LoadOption : std::uint8_t {
  ContextLength,
  GpuLayers,
  GpuDevices,
  ChatTemplate,
  BatchSize,
  Threads,
  MaxSequences,
  Kernels,
  Reproducible,
  Projector,
  Adapters,
  Isq,
  OpenObjects,
};

/// A set of options.
class LoadOptions {
 public:
  constexpr LoadOptions() = default;
  constexpr LoadOptions(std::initializer_list<LoadOption> options) {
    for (const LoadOption option : options) bits_ |= bit(option);
  }

  static constexpr LoadOptions all() {
    LoadOptions options;
    options.bits_ = ~0U;
    return options;
  }

  constexpr bool has(LoadOption option) const noexcept { return (bits_ & bit(option)) != 0; }

 private:
  static constexpr unsigned bit(LoadOption option) { return 1U << static_cast<unsigned>(option); }

  unsigned bits_ = 0;
};

/// A backend as plain data: all that others need to know of it, so that none asks for its name.
struct BackendDescriptor {
  std::string name;                  // "llamacpp"
  std::string version;               // of the engine below, "" = none
  std::vector<std::string> formats;  // of the models that it reads: "gguf", "safetensors"
  LoadOptions options = {};          // that it honours; the others are refused (load_options.h)
  bool needs_file = true;  // false: it plays a script, and "auto" takes it for its own format only
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

}  // namespace pcai::backend
