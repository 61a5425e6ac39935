#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/defaults.h"
#include "core/error.h"
#include "models/gguf/gguf_summary.h"

namespace pcai::models {

/// A model file on this machine. One that is damaged is listed too, with the reason in `error`.
struct FoundModel {
  std::string id;  // unique within one list
  std::filesystem::path path;
  std::string source;  // "pcai", "folder", "path", "ollama", "lm-studio", "hugging-face",
                       // "llama.cpp", "gpt4all", "jan"
  std::uint64_t size_bytes = 0;
  GgufKind kind = GgufKind::Model;
  std::string architecture = {};
  std::string quantization = {};
  std::uint32_t context_length = 0;
  std::optional<std::filesystem::path> projector = {};  // that belongs to it; absent = none found
  std::optional<Error> error = {};

  /// The id that says where it is and never depends on other models: "ollama:qwen2.5:0.5b",
  /// "lmstudio:publisher/repository/file", "hf:owner/repository:file", "jan:owner/name", else the
  /// path.
  std::string full_id = {};

  /// Equal for two names of one file: device, number, size, time of change. Absent = not known.
  std::optional<std::array<std::uint64_t, 4>> identity = {};

  // What its store sets for it.
  ModelDefaults defaults = {};
  std::optional<std::uint32_t> context = {};         // tokens; absent = the model's own
  std::vector<std::filesystem::path> adapters = {};  // LoRA, all at full strength

  bool is_virtual = false;  // a store's own name for a file that has another, too

  /// What its store says of it that is not used here, a sentence each.
  std::vector<std::string> notes = {};
};

}  // namespace pcai::models
