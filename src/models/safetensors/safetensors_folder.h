#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "models/gguf/gguf_summary.h"
#include "models/safetensors/safetensors_header.h"

namespace pcai::models {

/// A model in a folder of config.json and safetensors files, from these files' headers.
struct SafetensorsModel {
  GgufSummary summary = {};  // its parts are the files of the weights
  std::uint32_t head_length = 0;
  std::uint64_t feed_forward = 0;
  std::vector<SafetensorsTensor> tensors = {};
  std::vector<std::pair<std::string, std::string>> metadata = {};  // of config.json; values as JSON
};

/// True if the folder holds a model for text in this form: not for a pipeline that makes pictures,
/// and not for an adapter. Reads only config.json.
bool is_safetensors_folder(const std::filesystem::path& folder);

/// Reads and checks it. Fails with InvalidModel, also if a file that its index names is missing, or
/// if no backend reads its form.
Result<SafetensorsModel> read_safetensors_folder(const std::filesystem::path& folder);

/// What a model on this machine is: describe_gguf, or the same of a folder of safetensors.
Result<GgufSummary> describe_model(const std::filesystem::path& path);

}  // namespace pcai::models
