#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/parameters/defaults.h"
#include "models/gguf/gguf_summary.h"

namespace pcai::models {

/// A model on this machine: a GGUF file, or a folder of safetensors. A damaged one is listed, too,
/// with the reason in `error`.
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
  std::optional<std::filesystem::path> projector = {};  // its projector; absent = none was found
  std::optional<Error> error = {};

  /// An id that says where the model is and that no other model of the list has:
  /// "ollama:qwen2.5:0.5b", "lmstudio:publisher/repository/file",
  /// "hf:owner/repository:folder/file", "hf:owner/repository@commit:file", "jan:owner/name",
  /// otherwise the path.
  std::string full_id = {};

  /// Further ids of this kind: of its other revisions, and of other stores that link to the file.
  std::vector<std::string> other_ids = {};

  /// The folder of the repository that the file belongs to; empty = it belongs to none.
  std::filesystem::path repository = {};

  /// Equal for two names of one file: device, number, size, time of the last change. Absent = not
  /// known.
  std::optional<std::array<std::uint64_t, 4>> identity = {};

  // Settings from its store.
  ModelDefaults defaults = {};
  std::optional<std::uint32_t> context = {};         // tokens; absent = the model's own
  std::vector<std::filesystem::path> adapters = {};  // LoRA files, all at full strength

  bool is_folder = false;   // a folder of safetensors, else a GGUF file
  bool is_virtual = false;  // a name in a store for a file that has another name, too

  /// Settings of its store that are not used here, one sentence each.
  std::vector<std::string> notes = {};
};

}  // namespace pcai::models
