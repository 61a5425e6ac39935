#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

enum class GgufKind : std::uint8_t {
  Model,      // generates text
  Embedding,  // turns text into vectors or scores
  Projector,  // the image or sound part of a model ("mmproj")
  Adapter,    // LoRA weights for a model
};

/// "model", "embedding", "projector", "adapter".
std::string_view to_string(GgufKind kind) noexcept;

/// A model or an embedding model, not a part for another one.
bool is_complete(GgufKind kind) noexcept;

/// Fails with InvalidModel for a part.
Status check_complete(GgufKind kind, const std::filesystem::path& path);

/// What a GGUF file is, from its header. Texts are printable. 0 or empty = the file does not say.
struct GgufSummary {
  GgufKind kind = GgufKind::Model;
  std::string architecture = {};
  std::string name = {};  // general.name
  std::string license = {};
  std::string quantization = {};      // "Q4_K_M"
  std::uint64_t size_bytes = 0;       // of all parts
  std::uint64_t parameter_count = 0;  // of all parts
  std::uint32_t context_length = 0;
  std::uint32_t vocabulary_size = 0;
  std::uint32_t layer_count = 0;
  std::uint32_t embedding_length = 0;
  std::uint32_t projection_length = 0;  // of a projector: embedding_length of the model it is for
  std::uint32_t head_count = 0;         // the most of any layer
  std::uint32_t kv_head_count = 0;      // the most of any layer
  bool has_chat_template = false;
  bool sees_ahead = false;  // each token sees those after it, so it cannot write
  std::vector<std::filesystem::path> parts =
      {};  // the file, or all files of a split model in order

  /// What is wrong with the file and does not keep it from working, one sentence each.
  std::vector<std::string> notes = {};
};

/// Reads, checks and describes a GGUF file. For a split model pass the first part; all parts are
/// read. Fails with InvalidModel, also for a GGUF file of another kind than the above: it says of
/// which.
Result<GgufSummary> describe_gguf(const std::filesystem::path& path);

/// The same of a file that must be complete. Fails with InvalidModel for a part.
Result<GgufSummary> describe_complete_gguf(const std::filesystem::path& path);

}  // namespace pcai::models
