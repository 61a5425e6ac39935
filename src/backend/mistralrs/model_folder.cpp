#include "backend/mistralrs/model_folder.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "models/safetensors/safetensors_header.h"
#include "platform/path_text.h"

namespace pcai::backend::mistralrs {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uintmax_t kLargestConfig = 4U << 20;

tl::unexpected<Error> invalid(const fs::path& path, const std::string& what) {
  return fail(ErrorCode::InvalidModel, platform::path_text(path) + " " + what, "model_path");
}

Result<Json> read_config(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return invalid(path.parent_path(), "has no config.json");
  if (fs::file_size(path, error) > kLargestConfig) return invalid(path, "is larger than 4 MiB");
  std::ifstream stream(path, std::ios::binary);
  Json config = Json::parse(stream, nullptr, false);
  if (!config.is_object()) return invalid(path, "is not a JSON object");
  return config;
}

/// A positive whole number of the config or of its "text_config"; 0 = none.
std::uint32_t number(const Json& config, const char* key) {
  for (const Json* place :
       {&config, config.contains("text_config") ? &config["text_config"] : nullptr}) {
    if (place == nullptr || !place->is_object() || !place->contains(key)) continue;
    const Json& value = (*place)[key];
    if (!value.is_number_unsigned()) continue;
    const auto wide = value.get<std::uint64_t>();
    if (wide <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(wide);
  }
  return 0;
}

std::string architecture(const Json& config) {
  const auto names = config.find("architectures");
  if (names != config.end() && names->is_array() && !names->empty() && names->front().is_string()) {
    return names->front().get<std::string>();
  }
  const auto type = config.find("model_type");
  return type != config.end() && type->is_string() ? type->get<std::string>() : std::string();
}

/// Elements of all tensors of a safetensors file, whose header is checked.
Result<std::uint64_t> count_elements(const fs::path& path) {
  const auto tensors = models::read_safetensors_header(path);
  if (!tensors) return fail(tensors.error().code, tensors.error().message, "model_path");
  std::uint64_t total = 0;
  for (const models::SafetensorsTensor& tensor : *tensors) total += tensor.elements;
  return total;
}

/// Of a folder as sentence-transformers lays it out. What mistral.rs cannot pool would make its
/// engine panic at the first text.
Status check_pooling(const fs::path& folder) {
  std::error_code error;
  const fs::path list = folder / "modules.json";
  if (!fs::exists(list, error)) return {};
  std::ifstream stream(list, std::ios::binary);
  const Json modules = Json::parse(stream, nullptr, false);
  if (!modules.is_array()) return invalid(list, "is not a JSON list");
  for (const Json& module : modules) {
    if (!module.is_object()) return invalid(list, "has a module that is not a JSON object");
    const std::string type = module.value("type", "");
    if (type.find("Pooling") == std::string::npos) continue;
    const auto pooling = read_config(folder / module.value("path", "") / "config.json");
    if (!pooling) return fail(pooling.error());
    for (const char* mode :
         {"cls_token", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens"}) {
      if (!pooling->value(std::string("pooling_mode_") + mode, false)) continue;
      return invalid(folder,
                     std::string("pools by ") + mode +
                         ", which mistral.rs cannot do; it supports mean_tokens and lasttoken");
    }
  }
  return {};
}

std::vector<fs::path> files_ending(const fs::path& folder, const char* ending) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && entry.path().extension() == ending) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<ModelFiles> look_at_model_folder(const fs::path& given, const fs::path& uqff) {
  const fs::path folder = fs::absolute(given.empty() ? fs::path(".") : given);
  const auto config = read_config(folder / "config.json");
  if (!config) return fail(config.error());
  std::error_code error;
  if (!fs::exists(folder / "tokenizer.json", error))
    return invalid(folder, "has no tokenizer.json");

  if (Status status = check_pooling(folder); !status) return fail(std::move(status.error()));

  ModelFiles model{.format = "safetensors", .folder = folder, .files = {}};
  ModelInfo& info = model.info;
  info.architecture = architecture(*config);
  info.train_context_length = number(*config, "max_position_embeddings");
  const std::vector<fs::path> weights = files_ending(folder, ".safetensors");
  for (const fs::path& file : weights) {
    info.size_bytes += fs::file_size(file, error);
    const auto elements = count_elements(file);
    if (!elements) return fail(elements.error());
    info.parameter_count += *elements;
  }
  const std::vector<fs::path> quantized = files_ending(folder, ".uqff");
  const bool only_quantized = std::all_of(weights.begin(), weights.end(), [](const fs::path& file) {
    return file.filename() == "residual.safetensors";
  });
  if (!uqff.empty() || (only_quantized && !quantized.empty())) {
    model.format = "uqff";
    // Of several parts mistral.rs finds the others itself.
    model.files = {fs::absolute(uqff.empty() ? quantized.front() : uqff)};
    info.quantization = platform::path_text(model.files.front().stem());
    info.parameter_count = 0;  // not told by the files
    for (const fs::path& file : quantized) info.size_bytes += fs::file_size(file, error);
  } else if (weights.empty()) {
    return invalid(folder, "has neither .safetensors nor .uqff files");
  }
  return model;
}

}  // namespace pcai::backend::mistralrs
