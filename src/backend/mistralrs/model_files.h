#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/model.h"
#include "core/result.h"

namespace pcai::backend::mistralrs {

/// A model on disk, as mistral.rs loads it.
struct ModelFiles {
  std::string format;                        // "gguf", "safetensors", "uqff"
  std::filesystem::path folder = {};         // of safetensors and UQFF
  std::vector<std::filesystem::path> files;  // the GGUF parts or the UQFF files, absolute
  ModelInfo info = {};                       // what the files say
};

/// Finds out what `path` is: a GGUF file, a folder with config.json and safetensors or UQFF files,
/// or one of those files. Fails with InvalidModel if something is missing or damaged, or if
/// mistral.rs cannot run it; then the message says why, and which backend can.
Result<ModelFiles> look_at_model(const std::filesystem::path& path);

}  // namespace pcai::backend::mistralrs
