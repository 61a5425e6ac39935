#include "models/safetensors/safetensors_folder.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "models/folder_scan.h"
#include "models/gguf/byte_source.h"
#include "models/gguf/damaged.h"
#include "models/printable.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kLargestConfig = 4U << 20;
constexpr std::size_t kLargestIndex = 64U << 20;
constexpr std::size_t kLongestValue = 4096;

Result<Json> read_object(const fs::path& path, std::size_t largest) {
  const auto text = read_small_file(path, largest);
  if (!text) return fail(text.error());
  Json value = Json::parse(*text, nullptr, false);
  if (!value.is_object()) return damaged(printable_path(path) + " is not a JSON object");
  return value;
}

/// A member of the config or of its "text_config"; null = neither has it.
const Json& member(const Json& config, const char* key) {
  static const Json kNone;
  const auto text = config.find("text_config");
  for (const Json* place : {&config, text == config.end() ? nullptr : &*text}) {
    if (place == nullptr || !place->is_object()) continue;
    const auto found = place->find(key);
    if (found != place->end() && !found->is_null()) return *found;
  }
  return kNone;
}

/// 0 = it does not say.
std::uint32_t number(const Json& config, const char* key) {
  const Json& value = member(config, key);
  const auto wide = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
  return wide <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(wide) : 0;
}

bool says(const Json& config, const char* key) {
  const Json& value = member(config, key);
  return value.is_boolean() && value.get<bool>();
}

std::string architecture_of(const Json& config) {
  const Json& names = member(config, "architectures");
  if (names.is_array() && !names.empty() && names.front().is_string()) {
    return printable(names.front().get<std::string>());
  }
  const Json& type = member(config, "model_type");
  return type.is_string() ? printable(type.get<std::string>()) : std::string();
}

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::vector<fs::path> weights_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (fs::path& file : entries_of(folder)) {
    if (is_safetensors_weight(file.filename())) files.push_back(std::move(file));
  }
  return files;
}

/// Fails for a file that the index names and that is not there.
Status check_index(const fs::path& folder) {
  const fs::path path = folder / "model.safetensors.index.json";
  if (!is_there(path)) return {};
  const auto index = read_object(path, kLargestIndex);
  if (!index) return fail(index.error());
  const Json& map = member(*index, "weight_map");
  std::set<std::string> names;
  if (!map.is_object()) return {};
  for (const auto& [tensor, file] : map.items()) {
    if (file.is_string()) names.insert(file.get<std::string>());
  }
  for (const std::string& name : names) {
    const bool is_name = name.find_first_of("/\\") == std::string::npos;
    if (!is_name || !is_there(folder / platform::text_path(name))) {
      return damaged(printable_path(folder) + ": is not complete, " + printable(name) +
                     " is missing");
    }
  }
  return {};
}

/// Fails for a form that no backend reads.
Status check_form(const Json& config) {
  const Json& quantization = member(config, "quantization_config");
  const bool has_method = quantization.is_object() && quantization.contains("quant_method");
  if (member(config, "quantization").is_object() && !has_method) {
    return damaged("its weights are quantized in MLX's form, which only MLX reads");
  }
  if (says(config, "is_encoder_decoder")) {
    return damaged("is an encoder-decoder model, which no backend here runs");
  }
  return {};
}

/// The method of a quantized one, else the type of most weights.
std::string quantization_of(const Json& config, const std::vector<SafetensorsTensor>& tensors) {
  const Json& quantization = member(config, "quantization_config");
  if (quantization.is_object() && quantization.contains("quant_method") &&
      quantization["quant_method"].is_string()) {
    return printable(quantization["quant_method"].get<std::string>(), 32);
  }
  std::map<std::string, std::uint64_t> bytes;
  for (const SafetensorsTensor& tensor : tensors) bytes[tensor.type] += tensor.size_bytes;
  const auto most =
      std::ranges::max_element(bytes, {}, [](const auto& each) { return each.second; });
  return most == bytes.end() ? std::string() : most->first;
}

GgufKind kind_of(const fs::path& folder, const std::string& architecture) {
  const bool has_modules = is_there(folder / "modules.json");  // of sentence-transformers
  const bool is_encoder = architecture.find("Bert") != std::string::npos;
  return has_modules || is_encoder ? GgufKind::Embedding : GgufKind::Model;
}

bool has_template(const fs::path& folder) {
  if (is_there(folder / "chat_template.jinja") || is_there(folder / "chat_template.json"))
    return true;
  const auto config = read_object(folder / "tokenizer_config.json", kLargestConfig);
  return config && config->contains("chat_template");
}

void describe_config(const fs::path& folder, const Json& config, SafetensorsModel& model) {
  GgufSummary& summary = model.summary;
  summary.architecture = architecture_of(config);
  summary.kind = kind_of(folder, summary.architecture);
  summary.context_length = number(config, "max_position_embeddings");
  summary.vocabulary_size = number(config, "vocab_size");
  summary.layer_count = number(config, "num_hidden_layers");
  summary.embedding_length = number(config, "hidden_size");
  summary.head_count = number(config, "num_attention_heads");
  const std::uint32_t kv_heads = number(config, "num_key_value_heads");
  summary.kv_head_count = kv_heads > 0 ? kv_heads : summary.head_count;
  summary.has_chat_template = has_template(folder);
  model.feed_forward = number(config, "intermediate_size");
  model.head_length = number(config, "head_dim");
  if (model.head_length == 0 && summary.head_count > 0) {
    model.head_length = summary.embedding_length / summary.head_count;
  }
  for (const auto& [key, value] : config.items()) {
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() <= kLongestValue) model.metadata.emplace_back(printable(key), std::move(text));
  }
}

}  // namespace

bool is_safetensors_folder(const fs::path& folder) {
  // That is a pipeline, and the folders in it are its parts.
  for (const fs::path& place : {folder, folder.parent_path()}) {
    if (is_there(place / "model_index.json")) return false;
  }
  const auto config = read_object(folder / "config.json", kLargestConfig);
  return config && !architecture_of(*config).empty() && !weights_in(folder).empty();
}

Result<SafetensorsModel> read_safetensors_folder(const fs::path& folder) {
  const auto config = read_object(folder / "config.json", kLargestConfig);
  if (!config) return fail(config.error());
  if (Status status = check_form(*config); !status) {
    return damaged(printable_path(folder) + ": " + status.error().message);
  }
  if (Status status = check_index(folder); !status) return fail(status.error());
  SafetensorsModel model;
  describe_config(folder, *config, model);
  model.summary.parts = weights_in(folder);
  if (model.summary.parts.empty()) {
    return damaged(printable_path(folder) + " has no .safetensors files");
  }
  for (const fs::path& file : model.summary.parts) {
    auto tensors = read_safetensors_header(file);
    if (!tensors) return fail(tensors.error());
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    model.summary.size_bytes += error ? 0 : size;
    for (SafetensorsTensor& tensor : *tensors) {
      model.summary.parameter_count += tensor.elements;
      model.tensors.push_back(std::move(tensor));
    }
  }
  model.summary.quantization = quantization_of(*config, model.tensors);
  return model;
}

Result<GgufSummary> describe_model(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return describe_gguf(path);
  return read_safetensors_folder(path).map(
      [](SafetensorsModel model) { return std::move(model.summary); });
}

}  // namespace pcai::models
