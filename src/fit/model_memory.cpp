#include "fit/model_memory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "fit/folder_memory.h"
#include "kernels/panel.h"
#include "models/gguf/architecture.h"
#include "models/gguf/gguf_file.h"
#include "models/gguf/gguf_reader.h"
#include "models/gguf/gguf_summary.h"
#include "models/gguf/gguf_vocabulary.h"
#include "models/model_part.h"

namespace pcai::fit {
namespace {

constexpr std::uint64_t kHalf = 2;   // bytes of a number in the KV cache
constexpr std::uint64_t kFloat = 4;  // and of one in a recurrent state
constexpr std::string_view kLayerPrefix = "blk.";
constexpr std::string_view kOutput = "output.weight";
constexpr std::string_view kEmbedding = "token_embd.weight";

// What llama.cpp builds by an architecture's name, because no key of the file says it.
struct WindowPattern {
  std::string_view architecture;
  std::uint32_t period;  // every so many layers one sees all
  bool first = false;    // and it is the first of them, not the last
};
constexpr WindowPattern kWindowPatterns[] = {
    {"afmoe", 4},   {"cohere2", 4}, {"cohere2moe", 4, true},  {"exaone-moe", 4}, {"exaone4", 4},
    {"gemma2", 2},  {"gemma3", 6},  {"gemma3n", 5},           {"llama4", 4},     {"olmo2", 4},
    {"gpt-oss", 2}, {"plamo3", 8},  {"smallthinker", 4, true}};

/// The hyperparameters of a header, by layer.
class Hyperparameters {
 public:
  explicit Hyperparameters(const models::GgufFile& file)
      : file_(file), memory_(models::memory_of(file.architecture())) {
    layers_ = number("block_count").value_or(0);
  }

  std::uint64_t layers() const { return layers_; }
  std::string_view architecture() const { return file_.architecture(); }

  std::optional<std::uint64_t> number(std::string_view name) const {
    return file_.number(file_.own_key(name));
  }
  std::uint64_t number_or(std::string_view name, std::uint64_t otherwise) const {
    return number(name).value_or(otherwise);
  }

  std::uint64_t at(std::string_view name, std::size_t layer, std::uint64_t otherwise) const {
    const models::GgufArray* array = file_.array(file_.own_key(name));
    if (array == nullptr) return number_or(name, otherwise);
    if (layer >= array->integers.size()) return otherwise;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(array->integers[layer], 0));
  }

  std::uint64_t most(std::string_view name, std::uint64_t otherwise) const {
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < std::max<std::uint64_t>(layers_, 1); ++i) {
      most = std::max(most, at(name, i, otherwise));
    }
    return most;
  }

  std::uint64_t heads(std::size_t layer) const { return at("attention.head_count", layer, 0); }
  std::uint64_t kv_heads(std::size_t layer) const {
    return at("attention.head_count_kv", layer, heads(layer));
  }

  std::uint64_t head_length() const {
    const std::uint64_t count = heads(0);
    return count == 0 ? 0 : number_or("embedding_length", 0) / count;
  }
  std::uint64_t key_length(std::size_t layer) const {
    const std::uint64_t whole = number_or("attention.key_length", head_length());
    return window(layer) > 0 ? number_or("attention.key_length_swa", whole) : whole;
  }
  std::uint64_t value_length(std::size_t layer) const {
    const std::uint64_t whole = number_or("attention.value_length", head_length());
    return window(layer) > 0 ? number_or("attention.value_length_swa", whole) : whole;
  }

  /// Keys and values are kept as one compressed vector.
  bool is_mla() const { return number_or("attention.key_length_mla", 0) > 0; }

  std::uint32_t window(std::size_t layer) const {
    const auto size = static_cast<std::uint32_t>(number_or("attention.sliding_window", 0));
    if (size == 0) return 0;
    const auto known =
        std::ranges::find(kWindowPatterns, architecture(), &WindowPattern::architecture);
    const bool is_known = known != std::end(kWindowPatterns);
    const models::GgufArray* array = file_.array(file_.own_key("attention.sliding_window_pattern"));
    if (array != nullptr) {
      return layer < array->integers.size() && array->integers[layer] != 0 ? size : 0;
    }
    const std::uint64_t period =
        number_or("attention.sliding_window_pattern", is_known ? known->period : 1);
    if (period == 0) return size;
    const bool sees_all =
        is_known && known->first ? layer % period == 0 : layer % period == period - 1;
    return sees_all ? 0 : size;
  }

  bool is_recurrent(std::size_t layer) const {
    const std::string_view name = architecture();
    if (memory_ == models::ArchitectureMemory::States || name == "falcon-h1") return true;
    if (memory_ != models::ArchitectureMemory::Both) return false;
    if (file_.array(file_.own_key("attention.recurrent_layers")) != nullptr) {
      return at("attention.recurrent_layers", layer, 0) != 0;
    }
    if (name.starts_with("qwen3")) {
      return (layer + 1) % std::max<std::uint64_t>(number_or("full_attention_interval", 4), 1) != 0;
    }
    if (name.starts_with("nemotron")) return kv_heads(layer) == 0 && feed_forward(layer) == 0;
    return kv_heads(layer) == 0;
  }

  bool has_cells(std::size_t layer) const {
    const std::string_view name = architecture();
    if (memory_ == models::ArchitectureMemory::Nothing ||
        memory_ == models::ArchitectureMemory::States) {
      return false;
    }
    if (name == "gemma3n" && layer >= 20) return false;
    if (layer >= layers_ - std::min(number_or("attention.shared_kv_layers", 0), layers_)) {
      return false;
    }
    return name == "falcon-h1" || !is_recurrent(layer);
  }

  std::uint64_t feed_forward(std::size_t layer) const {
    return at("feed_forward_length", layer, 0);
  }

  /// Numbers that a recurrent layer keeps for a sequence: of its convolution and of its state.
  std::uint64_t state_numbers(std::size_t layer) const {
    const std::uint64_t embedding = number_or("embedding_length", 0);
    if (const std::uint64_t head = number_or("wkv.head_size", 0); head > 0) {
      return embedding * number_or("token_shift_count", 2) + embedding * head;
    }
    if (const std::uint64_t cache = number_or("shortconv.l_cache", 0); cache > 0) {
      return embedding * (cache - 1);
    }
    const std::uint64_t kernel = number_or("ssm.conv_kernel", 0);
    if (const std::uint64_t head = number_or("kda.head_dim", 0); head > 0) {
      return 3 * (kernel > 0 ? kernel - 1 : 3) * heads(layer) * head + head * head * heads(layer);
    }
    const std::uint64_t inner = number_or("ssm.inner_size", 0);
    const std::uint64_t state = number_or("ssm.state_size", 0);
    const std::uint64_t groups = number_or("ssm.group_count", 0);
    return (kernel > 0 ? kernel - 1 : 0) * (inner + 2 * groups * state) + state * inner;
  }

 private:
  const models::GgufFile& file_;
  models::ArchitectureMemory memory_;
  std::uint64_t layers_ = 0;
};

/// The layer that a tensor's name puts it into; nothing for "token_embd.weight" and the like.
std::optional<std::size_t> layer_of(std::string_view name) {
  if (!name.starts_with(kLayerPrefix)) return std::nullopt;
  std::size_t layer = 0;
  const char* const end = name.data() + name.size();
  const auto [stopped, failure] = std::from_chars(name.data() + kLayerPrefix.size(), end, layer);
  if (failure != std::errc() || stopped == end || *stopped != '.') return std::nullopt;
  return layer;
}

/// Bytes of a weight in panels, as ModelKernels decides it; 0 where mainline keeps the weight.
std::uint64_t panel_bytes(const models::GgufTensor& tensor, bool ties_output) {
  const bool multiplies =
      tensor.name == kEmbedding ? ties_output : tensor.name.find("embd") == std::string::npos;
  if (tensor.dimensions != 2 || tensor.shape[1] < 2 || !multiplies) return 0;
  for (const kernels::BlockFormat format : kernels::kBlockFormats) {
    if (kernels::to_string(format) != tensor.type->name) continue;
    constexpr std::uint64_t kUnit = kernels::kGroup * 2;
    return (kernels::panels_bytes(format, tensor.shape[1], tensor.shape[0]) + kUnit - 1) / kUnit *
           kUnit;
  }
  return 0;
}

template <class Member>
std::uint64_t sum(const ModelMemory& model, Member member) {
  std::uint64_t total = model.input.*member + model.output.*member;
  for (const LayerMemory& layer : model.layers) total += layer.*member;
  return total;
}

}  // namespace

std::uint64_t ModelMemory::weights() const noexcept {
  return sum(*this, &LayerMemory::weights);
}

std::uint64_t ModelMemory::panels() const noexcept {
  return sum(*this, &LayerMemory::panels);
}

ModelMemory ModelMemory::beside_panels() const {
  ModelMemory model = *this;
  const auto drop = [](LayerMemory& layer) {
    layer.weights -= layer.packed;
    layer.panels = layer.packed = 0;
  };
  drop(model.input);
  drop(model.output);
  for (LayerMemory& layer : model.layers) drop(layer);
  return model;
}

std::uint64_t ModelMemory::kv_per_cell() const noexcept {
  return sum(*this, &LayerMemory::kv_per_cell);
}

std::uint64_t ModelMemory::state_per_sequence() const noexcept {
  return sum(*this, &LayerMemory::state_per_sequence);
}

ModelMemory model_memory(const std::vector<models::GgufFile>& parts) {
  ModelMemory model;
  if (parts.empty()) return model;
  const Hyperparameters says(parts.front());
  model.layers.resize(says.layers());
  model.ties_output = true;
  for (const models::GgufFile& part : parts) {
    for (const models::GgufTensor& tensor : part.tensors) {
      if (tensor.name == kOutput) model.ties_output = false;
    }
  }
  for (const models::GgufFile& part : parts) {
    for (const models::GgufTensor& tensor : part.tensors) {
      const auto layer = layer_of(tensor.name);
      LayerMemory& owner = layer && *layer < model.layers.size() ? model.layers[*layer]
                           : tensor.name.starts_with("output")   ? model.output
                                                                 : model.input;
      owner.weights += tensor.size_bytes;
      const std::uint64_t panels = panel_bytes(tensor, model.ties_output);
      owner.panels += panels;
      if (panels > 0) owner.packed += tensor.size_bytes;
      model.is_gated |= tensor.name.find("ffn_gate") != std::string::npos;
    }
  }
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    LayerMemory& layer = model.layers[i];
    layer.window = says.window(i);
    if (says.has_cells(i)) {
      const std::uint64_t values = says.is_mla() ? 0 : says.value_length(i);
      layer.kv_per_cell = says.kv_heads(i) * (says.key_length(i) + values) * kHalf;
    }
    if (says.is_recurrent(i)) {
      layer.state_per_sequence = says.state_numbers(i) * kFloat;
      model.is_recurrent = true;
    }
    model.feed_forward = std::max(model.feed_forward, says.feed_forward(i));
  }
  model.train_context = static_cast<std::uint32_t>(says.number_or("context_length", 0));
  model.embedding = says.number_or("embedding_length", 0);
  model.experts_used = says.most("expert_used_count", 0);
  model.expert_feed_forward =
      says.most("expert_feed_forward_length", model.feed_forward) * model.experts_used;
  model.inner = says.number_or("ssm.inner_size", 0);
  model.is_encoder = !model.is_recurrent && model.kv_per_cell() == 0;
  const models::GgufArray* tokens = parts.front().array(models::kTokensKey);
  model.vocabulary = tokens != nullptr ? tokens->count : says.number_or("vocab_size", 0);
  return model;
}

Result<ModelMemory> read_model_memory(const std::filesystem::path& path) {
  const auto summary = models::describe_complete_gguf(path);
  if (!summary) return fail(summary.error());
  std::vector<models::GgufFile> parts;
  for (const std::filesystem::path& part : summary->parts) {
    auto file = models::read_gguf(part);
    if (!file) return fail(std::move(file.error()));
    parts.push_back(std::move(*file));
  }
  ModelMemory model = model_memory(parts);
  model.notes = summary->notes;
  model.sees_ahead = summary->sees_ahead;
  return model;
}

Result<ModelMemory> read_model_memory(const ModelConfig& config) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(config.model_path, error);
  Result<ModelMemory> model =
      is_folder ? read_folder_memory(config) : read_model_memory(config.model_path);
  if (!model) return model;
  if (config.projector) {
    const auto bytes = models::check_part(models::GgufKind::Projector, *config.projector);
    if (!bytes && !config.projector_optional) return fail(bytes.error());
    model->parts += bytes.value_or(0);
  }
  for (const AdapterConfig& adapter : config.adapters) {
    const auto bytes = models::check_part(adapter);
    if (!bytes) return fail(bytes.error());
    model->parts += *bytes;
  }
  return model;
}

ContextShape context_shape(const ModelConfig& config, bool is_recurrent) {
  constexpr std::uint32_t kMinBatch = 32;
  constexpr std::uint32_t kIdleSequences = 48;  // prefixes kept beside the running requests
  constexpr std::uint32_t kMaxSequences = 256;  // LLAMA_MAX_SEQ
  constexpr std::uint32_t kScoredTokens = 32;   // of prompts, in a step
  ContextShape shape;
  shape.batch = std::max(config.batch_size.value_or(kDefaultBatchSize), kMinBatch);
  shape.running = std::clamp(config.max_sequences, 1U, std::min(shape.batch, kMaxSequences - 1));
  shape.sequences =
      is_recurrent ? shape.running : std::min(shape.running + kIdleSequences, kMaxSequences);
  shape.outputs = std::max(shape.sequences, shape.running + kScoredTokens);
  return shape;
}

std::uint32_t rounded_cells(std::uint64_t tokens) {
  constexpr std::uint64_t kUnit = 256;
  return static_cast<std::uint32_t>((std::max<std::uint64_t>(tokens, 1) + kUnit - 1) / kUnit *
                                    kUnit);
}

std::uint64_t context_bytes(const ModelMemory& model, std::uint64_t cells,
                            const ContextShape& shape, bool whole) {
  std::uint64_t bytes = 0;
  for (const LayerMemory& layer : model.layers) {
    const std::uint64_t window =
        rounded_cells(std::uint64_t{layer.window} * shape.sequences + shape.batch);
    bytes += layer.kv_per_cell * (whole || layer.window == 0 ? cells : std::min(cells, window));
    bytes += layer.state_per_sequence * shape.sequences;
  }
  return bytes;
}

std::uint64_t compute_bytes(const ModelMemory& model, std::uint64_t cells,
                            const ContextShape& shape) {
  const std::uint64_t tokens = std::min<std::uint64_t>(shape.batch, cells);
  const std::uint64_t residual = (model.is_encoder ? 1 : 5) * model.embedding;
  const bool has_windows =
      std::ranges::any_of(model.layers, [](const LayerMemory& layer) { return layer.window > 0; });
  const std::uint64_t seen = model.is_encoder ? tokens : model.kv_per_cell() > 0 ? cells : 0;
  const std::uint64_t masks = seen * tokens * kHalf * (has_windows ? 2 : 1);

  // Numbers that a token takes in the widest part of a layer.
  const std::uint64_t widest = std::max({
      (model.is_gated ? 3 : 2) * model.feed_forward + residual,
      model.experts_used > 0 ? 3 * model.expert_feed_forward + residual : 0,
      model.experts_used > 0 ? (2 * model.experts_used + 6) * model.embedding : 0,
      model.inner * 15 / 2,
  });
  std::uint64_t states = 0;  // the states of one layer
  for (const LayerMemory& layer : model.layers) {
    states = std::max(states, layer.state_per_sequence * shape.sequences);
  }
  const std::uint64_t layer = tokens * widest * kFloat + states;
  const std::uint64_t logits =
      model.is_encoder ? 0
                       : std::min<std::uint64_t>(shape.outputs, tokens) * model.vocabulary * kFloat;
  // Logits lie where the masks and what is beside them were, if they fit there.
  const std::uint64_t beside = tokens * model.embedding * kFloat * 13 / 5;
  if (logits <= masks + beside) return masks + layer;
  return masks + std::max(layer, logits + tokens * residual * kFloat);
}

}  // namespace pcai::fit
