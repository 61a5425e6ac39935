#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/error.h"
#include "models/gguf_summary.h"

namespace pcai {

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
};

}  // namespace pcai
