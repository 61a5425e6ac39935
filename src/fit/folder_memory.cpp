#include "fit/folder_memory.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "models/safetensors/safetensors_folder.h"

namespace pcai::fit {
namespace {

using models::SafetensorsTensor;

constexpr std::uint64_t kFloat = 4;  // bytes of a number on the CPU, of weights and of the KV cache
constexpr std::string_view kLayers = "layers.";
constexpr std::string_view kOutput = "lm_head.";
constexpr std::string_view kEmbeddings = "embed_tokens.weight";

/// A form that `isq` makes: so many bytes hold a block of so many numbers.
struct Form {
  std::string_view name;
  std::uint64_t block;
  std::uint64_t bytes;
  std::string_view otherwise;  // for rows that are no whole number of blocks; empty: they stay
};
constexpr Form kForms[] = {
    {"q4_0", 32, 18, ""},      {"q4_1", 32, 20, ""},      {"q5_0", 32, 22, ""},
    {"q5_1", 32, 24, ""},      {"q8_0", 32, 34, ""},      {"q2k", 256, 84, "q4_0"},
    {"q3k", 256, 110, "q4_0"}, {"q4k", 256, 144, "q5_0"}, {"q5k", 256, 176, "q5_1"},
    {"q6k", 256, 210, "q8_0"},
};

std::uint64_t quantized_bytes(const SafetensorsTensor& tensor, std::string_view isq) {
  for (const Form* form = std::ranges::find(kForms, isq, &Form::name); form != std::end(kForms);
       form = std::ranges::find(kForms, form->otherwise, &Form::name)) {
    if (tensor.columns % form->block == 0) return tensor.elements / form->block * form->bytes;
  }
  return tensor.elements * kFloat;
}

bool is_float(const SafetensorsTensor& tensor) {
  return tensor.type == "BF16" || tensor.type == "F16" || tensor.type == "F32" ||
         tensor.type == "F64";
}

std::uint64_t bytes_of(const SafetensorsTensor& tensor, std::string_view isq) {
  if (!is_float(tensor)) return tensor.size_bytes;
  const bool is_matrix = tensor.dimensions == 2 && !tensor.name.ends_with(kEmbeddings);
  return is_matrix && !isq.empty() ? quantized_bytes(tensor, isq) : tensor.elements * kFloat;
}

/// The layer of "model.layers.7.mlp.up_proj.weight"; nothing for others.
std::optional<std::size_t> layer_of(std::string_view name) {
  const std::size_t at = name.find(kLayers);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t layer = 0;
  const char* const begin = name.data() + at + kLayers.size();
  const auto [end, error] = std::from_chars(begin, name.data() + name.size(), layer);
  return error == std::errc() && end != begin ? std::optional(layer) : std::nullopt;
}

}  // namespace

Result<ModelMemory> read_folder_memory(const ModelConfig& config) {
  const auto folder = models::read_safetensors_folder(config.model_path);
  if (!folder) return fail(folder.error());
  const models::GgufSummary& summary = folder->summary;
  constexpr std::uint32_t kMostLayers = 4096;
  ModelMemory model;
  model.layers.resize(std::min(summary.layer_count, kMostLayers));
  model.ties_output = true;
  const SafetensorsTensor* embeddings = nullptr;
  for (const SafetensorsTensor& tensor : folder->tensors) {
    const auto layer = layer_of(tensor.name);
    const bool is_output = tensor.name.find(kOutput) != std::string::npos;
    LayerMemory& owner = layer && *layer < model.layers.size() ? model.layers[*layer]
                         : is_output                           ? model.output
                                                               : model.input;
    owner.weights += bytes_of(tensor, config.isq);
    if (is_output) model.ties_output = false;
    if (tensor.name.ends_with(kEmbeddings)) embeddings = &tensor;
  }
  // The output matrix is quantized apart from the embeddings that it is.
  if (model.ties_output && embeddings != nullptr && !config.isq.empty()) {
    model.output.weights += quantized_bytes(*embeddings, config.isq);
  }
  for (LayerMemory& layer : model.layers) {
    layer.kv_per_cell = 2 * kFloat * summary.kv_head_count * folder->head_length;
  }
  model.train_context = summary.context_length;
  model.embedding = summary.embedding_length;
  model.vocabulary = summary.vocabulary_size;
  model.feed_forward = folder->feed_forward;
  model.is_gated = true;
  model.is_encoder = summary.kind == models::GgufKind::Embedding;
  return model;
}

}  // namespace pcai::fit
