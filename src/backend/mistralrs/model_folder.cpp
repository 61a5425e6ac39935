#include "backend/mistralrs/model_folder.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "platform/path_text.h"

namespace pcai::backend::mistralrs {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uintmax_t kLargestConfig = 4U << 20;
constexpr std::uint64_t kLargestHeader = 100U << 20;  // safetensors' own limit

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

/// Elements of all tensors of a safetensors file. Its header is checked: what lies outside the file
/// would be read there.
Result<std::uint64_t> count_elements(const fs::path& path) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  std::array<unsigned char, 8> length_bytes{};
  stream.read(reinterpret_cast<char*>(length_bytes.data()), length_bytes.size());
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes.size(); i-- > 0;) length = (length << 8) | length_bytes[i];
  if (!stream || length > kLargestHeader || length + length_bytes.size() > size) {
    return invalid(path, "is not a safetensors file, or is cut off");
  }
  std::string text(length, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(length));
  const Json header = Json::parse(text, nullptr, false);
  if (!stream || !header.is_object()) return invalid(path, "has a damaged header");
  const std::uint64_t data_size = size - length - length_bytes.size();
  std::uint64_t total = 0;
  for (const auto& [name, tensor] : header.items()) {
    if (name == "__metadata__") continue;
    const Json offsets = tensor.is_object() ? tensor.value("data_offsets", Json()) : Json();
    const Json shape = tensor.is_object() ? tensor.value("shape", Json()) : Json();
    const bool sound = offsets.is_array() && offsets.size() == 2 &&
                       offsets[0].is_number_unsigned() && offsets[1].is_number_unsigned() &&
                       offsets[0] <= offsets[1] && offsets[1].get<std::uint64_t>() <= data_size &&
                       shape.is_array();
    if (!sound) return invalid(path, "has a tensor that lies outside of the file: " + name);
    std::uint64_t elements = 1;
    for (const Json& side : shape) {
      if (!side.is_number_unsigned()) return invalid(path, "has a tensor without a shape: " + name);
      const auto count = side.get<std::uint64_t>();
      // A half byte an element is the least there is.
      if (count != 0 && elements > 2 * data_size / count) {
        return invalid(path, "has a tensor larger than itself: " + name);
      }
      elements *= count;
    }
    total += elements;
  }
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
