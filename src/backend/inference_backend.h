#pragma once

#include <cstdint>
#include <initializer_list>
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
