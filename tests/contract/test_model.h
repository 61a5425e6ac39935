#pragma once

#include <cstdlib>
#include <filesystem>

namespace pcai::backend {

/// $PCAI_TEST_MODEL, or the default model where `pcai pull` puts it.
inline std::filesystem::path test_model() {
  if (const char* path = std::getenv("PCAI_TEST_MODEL")) return path;
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home ? home : ".") /
         ".local/share/pcai/models/SmolLM2-135M-Instruct.Q4_1.gguf";
}

}  // namespace pcai::backend
