#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/parameters/defaults.h"

namespace pcai {

/// Our CPU kernels: where they run and pass their self-test, else the load fails, or never.
enum class KernelUse : std::uint8_t { Auto, On, Off };

/// A LoRA adapter's file and how much of it is added.
struct AdapterConfig {
  std::filesystem::path path;
  float scale = 1;  // 0 = loaded, but off
};

/// Most tokens in one step where the configuration does not say.
inline constexpr std::uint32_t kDefaultBatchSize = 512;

/// How to load a model. The names and defaults are the contract's. Which of these a backend honours
/// is in its descriptor (LoadOption); the others are refused before a load.
struct ModelConfig {
  std::filesystem::path model_path;
  std::optional<std::uint32_t> context_length = {};  // absent = the model's own
  std::int32_t gpu_layers = -1;                      // -1 = all that fit
  std::optional<std::vector<std::int32_t>> gpu_devices = {};
  std::optional<std::string> chat_template = {};  // Jinja text; absent = the model's own
  std::optional<std::uint32_t> batch_size = {};   // absent = kDefaultBatchSize
  std::uint32_t threads = 0;                      // 0 = chosen by the backend
  std::uint32_t max_sequences = 16;               // requests decoded together
  KernelUse kernels = KernelUse::Auto;
  bool reproducible = false;  // refuse the model unless its answers are always bit-identical
  std::optional<std::filesystem::path> projector = {};  // of a model that sees or hears ("mmproj")
  bool projector_optional = false;  // it was found, not named: one that does not fit is left out
  std::vector<AdapterConfig> adapters = {};
  std::string isq = {};       // quantize while loading, e.g. "q4k" (safetensors only); "" = do not
  bool open_objects = false;  // of a schema: may have members that it does not list
};

/// A model that can be loaded: its id, how, and by which backend ("auto" = by the file's format).
struct ModelSpec {
  std::string id;
  ModelConfig config;
  std::string backend = "auto";
  std::uint64_t memory_bytes = 0;  // what it is expected to take when loaded; 0 = not known
  bool pinned = false;             // never unloaded to make room, nor for being idle
  std::optional<std::chrono::milliseconds> keep_alive = {};  // when idle; absent = the engine's
  ModelDefaults defaults = {};                               // of the requests for it
};

/// What a loaded model is, read from its file.
struct ModelInfo {
  std::string id;
  std::string backend;
  std::string architecture;
  std::string format = {};  // of its files: "gguf", "safetensors"; "" = it has none
  std::optional<std::string> quantization = {};
  std::uint32_t context_length = 0;        // tokens a request may use here
  std::uint32_t train_context_length = 0;  // tokens the model was trained for
  std::uint64_t parameter_count = 0;
  std::uint64_t size_bytes = 0;
  std::uint32_t vocabulary_size = 0;
  std::uint32_t max_sequences = 1;         // requests that decode together; more wait in the engine
  std::uint64_t memory_bytes = 0;          // weights, KV cache and buffers together; 0 = not known
  bool generates = true;                   // false: it only embeds or ranks
  bool sees = false;                       // takes images
  bool hears = false;                      // takes audio
  bool fills_gaps = false;                 // takes an InfillPrompt
  std::vector<std::string> warnings = {};  // what was left out, one sentence per entry
};

enum class ModelState : std::uint8_t { Unloaded, Loading, Ready, Failed };

/// "unloaded", "loading", "ready", "failed".
std::string_view to_string(ModelState state) noexcept;

/// A model as the engine sees it. `info` is there when Ready, `error` when Failed.
struct ModelStatus {
  std::string id;
  ModelState state = ModelState::Unloaded;
  float load_progress = 0;  // 0..1 while Loading
  std::optional<ModelInfo> info = {};
  std::optional<Error> error = {};
  std::int64_t created = 0;        // Unix seconds: the file's time of change
  std::uint64_t memory_bytes = 0;  // what it takes, or is expected to; 0 = not known
  bool pinned = false;
  std::uint32_t requests = 0;                   // running and waiting ones
  std::optional<std::int64_t> unloads_at = {};  // Unix seconds: when it has been idle for too long
  std::uint64_t loads = 0;                      // begun since the start
  std::vector<AdapterConfig> adapters = {};     // that it is or will be loaded with
};

/// Counters of a loaded model, for metrics and tests. Monotonic unless said.
struct ModelStats {
  std::uint32_t kv_cells_total = 0;     // constant
  std::uint32_t kv_cells_used = 0;      // now, idle prefixes included
  std::uint32_t kv_cells_active = 0;    // now, held by live requests
  std::uint32_t sequences_running = 0;  // now
  std::uint32_t sequences_waiting = 0;  // now
  std::uint64_t steps = 0;
  std::uint64_t prompt_tokens_computed = 0;
  std::uint64_t prompt_tokens_cached = 0;
  std::uint64_t tokens_generated = 0;
  std::uint64_t preemptions = 0;
};

}  // namespace pcai
