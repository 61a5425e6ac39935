#include "llamacpp/family_model.h"

#include <ggml.h>
#include <gguf.h>
#include <llama.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <random>
#include <string_view>

#include "backend/llamacpp/kernels/hook.h"

namespace pcai::test {
namespace {

constexpr std::uint32_t kLayers = 4;
constexpr std::uint32_t kWidth = 64;
constexpr std::uint32_t kHeads = 4;
constexpr std::uint32_t kHead = kWidth / kHeads;

struct Number {
  std::string_view name;
  std::uint32_t value;
};

// Sizes that fit one another, also where an architecture reads only some of them.
constexpr Number kNumbers[] = {
    {"block_count", kLayers},
    {"context_length", 256},
    {"embedding_length", kWidth},
    {"feed_forward_length", 96},
    {"expert_feed_forward_length", 32},
    {"expert_shared_feed_forward_length", 32},
    {"expert_chunk_feed_forward_length", 32},
    {"leading_dense_block_count", 1},
    {"expert_count", 4},
    {"expert_used_count", 2},
    {"expert_shared_count", 1},
    {"expert_gating_func", 1},
    {"experts_per_group", 2},
    {"moe_every_n_layers", 2},
    {"interleave_moe_layer_step", 1},
    {"attention.head_count", kHeads},
    {"attention.head_count_kv", 2},
    {"attention.q_lora_rank", 16},
    {"attention.kv_lora_rank", 16},
    {"attention.decay_lora_rank", 8},
    {"attention.iclr_lora_rank", 8},
    {"attention.value_residual_mix_lora_rank", 8},
    {"attention.gate_lora_rank", 8},
    {"attention.relative_buckets_count", 32},
    {"attention.group_norm_groups", 4},
    {"attention.sliding_window", 32},
    {"attention.indexer.head_count", 2},
    {"attention.indexer.key_length", 16},
    {"attention.indexer.top_k", 8},
    {"rope.dimension_count", kHead},
    {"ssm.conv_kernel", 4},
    {"ssm.inner_size", 2 * kWidth},
    {"ssm.state_size", 16},
    {"ssm.time_step_rank", 4},
    {"ssm.group_count", 2},
    {"wkv.head_size", 16},
    {"time_mix_extra_dim", 8},
    {"time_decay_extra_dim", 8},
    {"rescale_every_n_layers", 0},
    {"token_shift_count", 2},
    {"kda.head_dim", 16},
    {"shortconv.l_cache", 3},
    {"full_attention_interval", 2},
    {"features_length", 32},
    {"posnet.embedding_length", 32},
    {"posnet.block_count", 2},
    {"convnext.embedding_length", 32},
    {"convnext.block_count", 2},
    {"embedding_length_per_layer_input", 16},
    {"attention.shared_kv_layers", 0},
    {"n_deepstack_layers", 0},
    {"num_loops", 1},
    {"hrm.layers_per_stack", 2},
    {"hrm.h_cycles", 1},
    {"hrm.l_cycles", 1},
    {"pooling_type", 1},
};

constexpr std::string_view kFloats[] = {
    "attention.layer_norm_epsilon",
    "attention.layer_norm_rms_epsilon",
    "attention.group_norm_epsilon",
    "logit_scale",
    "residual_scale",
    "embedding_scale",
    "expert_weights_scale",
    "rope.freq_base",
    "attention.scale",
    "attention.clamp_kqv",
    "final_logit_softcapping",
    "attn_logit_softcapping",
    "router_logit_softcapping",
};

/// Numbers in which an architecture differs from the others.
struct Own {
  std::string_view architecture;
  std::string_view name;
  std::uint32_t value;
};

constexpr Own kOwn[] = {
    {"bailingmoe3", "attention.key_length_mla", 32},
    {"bailingmoe3", "attention.value_length_mla", 16},
    {"deepseek2", "attention.key_length_mla", 32},
    {"deepseek2", "attention.value_length_mla", 16},
    {"deepseek2", "attention.key_length", 32},
    {"deepseek2", "attention.value_length", 16},
    {"deepseek2", "attention.head_count_kv", 1},
    {"eurobert", "attention.head_count_kv", kHeads},
    {"kimi-linear", "attention.key_length_mla", 32},
    {"kimi-linear", "attention.value_length_mla", 16},
    {"nomic-bert", "attention.head_count_kv", kHeads},
    {"nomic-bert-moe", "attention.head_count_kv", kHeads},
    {"olmoe", "attention.head_count_kv", kHeads},
    {"dots1", "attention.head_count_kv", kHeads},
    {"plm", "attention.key_length", 32},
    {"plm", "attention.value_length", 16},
    {"minicpm3", "attention.key_length", 32},
    {"arwkv7", "wkv.head_size", 64},
    {"gemma-embedding", "block_count", 6},  // every sixth layer sees all tokens
    {"rwkv6", "attention.head_count_kv", 0},
    {"rwkv7", "wkv.head_size", 64},
    {"rwkv6", "attention.head_count", 0},
    {"arwkv7", "token_shift_count", 1},
    {"rwkv6qwen2", "token_shift_count", 1},
    {"t5", "attention.key_length", kHead},
    {"t5", "attention.value_length", kHead},
    {"t5", "attention.head_count_kv", kHeads},
    {"t5encoder", "attention.key_length", kHead},
    {"t5encoder", "attention.value_length", kHead},
    {"t5encoder", "attention.head_count_kv", kHeads},
};

/// Those of which some layers have neither heads for keys nor a feed-forward part, or see a window.
struct OwnLayers {
  std::string_view architecture;
  std::string_view name;
  std::vector<std::int32_t> values;
};

const std::vector<OwnLayers>& own_layers() {
  static const std::vector<OwnLayers> layers = {
      {"granitehybrid", "attention.head_count_kv", {0, 2, 0, 2}},
      {"jamba", "attention.head_count_kv", {0, 2, 0, 2}},
      {"lfm2", "attention.head_count_kv", {0, 2, 0, 2}},
      {"lfm2moe", "attention.head_count_kv", {0, 2, 0, 2}},
      {"nemotron_h", "attention.head_count_kv", {0, 2, 0, 0}},
      {"nemotron_h", "feed_forward_length", {0, 0, 96, 96}},
      {"nemotron_h_moe", "attention.head_count_kv", {0, 2, 0, 0}},
      {"nemotron_h_moe", "feed_forward_length", {0, 0, 96, 96}},
      {"plamo2", "attention.head_count_kv", {0, 2, 0, 2}},
      {"kimi-linear", "attention.head_count_kv", {0, 4, 0, 4}},
  };
  return layers;
}

constexpr std::string_view kWithPatterns[] = {"gemma4", "maple",  "granite_swa",
                                              "mimo2",  "step35", "spark2_5"};

bool is_encoder(std::string_view architecture) {
  return architecture.find("bert") != std::string_view::npos || architecture == "t5encoder" ||
         architecture == "gemma-embedding" || architecture == "llama-embed";
}

}  // namespace

GgufBuilder family_keys(const std::string& architecture) {
  const std::string own = architecture + ".";
  GgufBuilder file;
  file.text("general.architecture", architecture);
  for (const auto& [name, value] : kNumbers) {
    if (name == "pooling_type" && !is_encoder(architecture)) continue;
    file.u32(own + std::string(name), value);
  }
  for (const std::string_view name : kFloats) {
    file.number<float>(own + std::string(name), models::GgufType::Float32,
                       name.ends_with("epsilon") ? 1e-5F
                       : name.ends_with("base")  ? 1e4F
                                                 : 1.0F);
  }
  file.i32s(own + "rope.dimension_sections", {4, 2, 2, 0});
  for (const auto& [name, key, value] : kOwn) {
    if (name == architecture) file.u32(own + std::string(key), value);
  }
  for (const auto& [name, key, values] : own_layers()) {
    if (name == architecture) file.i32s(own + std::string(key), values);
  }
  if (std::ranges::find(kWithPatterns, architecture) != std::end(kWithPatterns)) {
    file.array(own + "attention.sliding_window_pattern", models::GgufType::Bool, kLayers,
               std::string("\1\0\1\0", kLayers));
  }
  if (architecture.find("bert") != std::string::npos) {
    file.u32("tokenizer.ggml.token_type_count", 2);
  }
  file.number<std::uint8_t>(own + "use_parallel_residual", models::GgufType::Bool, 1)
      .number<std::uint8_t>(own + "expert_weights_norm", models::GgufType::Bool, 1);
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<std::int32_t> types = {2, 3, 3};
  for (int i = 0; i < 256; ++i) {
    char text[8];
    std::snprintf(text, sizeof text, "<0x%02X>", i);
    tokens.emplace_back(text);
    types.push_back(6);
  }
  for (const char* const piece : {"\u2581", "a", "b", "\u2581a", "\u2581b", "ab", "\n"}) {
    tokens.emplace_back(piece);
    types.push_back(1);
  }
  std::string scores;
  for (std::size_t i = 0; i < tokens.size(); ++i) scores += bytes(-static_cast<float>(i));
  file.text("tokenizer.ggml.model", "llama")
      .strings("tokenizer.ggml.tokens", tokens)
      .i32s("tokenizer.ggml.token_type", types)
      .array("tokenizer.ggml.scores", models::GgufType::Float32, tokens.size(), scores)
      .u32("tokenizer.ggml.bos_token_id", 1)
      .u32("tokenizer.ggml.eos_token_id", 2)
      .u32("tokenizer.ggml.unknown_token_id", 0);
  return file;
}

std::vector<FamilyTensor> family_tensors(const GgufBuilder& keys) {
  const std::string header = keys.build();
  const std::unique_ptr<gguf_context, void (*)(gguf_context*)> metadata(
      gguf_init_from_buffer(header.data(), header.size(), {.no_alloc = true, .ctx = nullptr}),
      gguf_free);
  std::vector<FamilyTensor> tensors;
  if (!metadata) return tensors;
  try {
    const std::unique_ptr<llama_model, void (*)(llama_model*)> model(
        llama_model_init_from_user(
            metadata.get(), [](ggml_tensor*, void*) {}, nullptr, llama_model_default_params()),
        llama_model_free);
    if (!model) return tensors;
    for (const auto& [name, tensor] : backend::llamacpp::tensors_of(*model)) {
      const auto has_name = [&name = name](const FamilyTensor& other) {
        return other.name == name;
      };
      if (std::ranges::any_of(tensors, has_name)) continue;  // the output shares it
      FamilyTensor& added = tensors.emplace_back();
      added.name = name;
      for (int i = 0; i < ggml_n_dims(tensor); ++i) {
        added.shape.push_back(static_cast<std::uint64_t>(tensor->ne[i]));
      }
    }
  } catch (const std::exception&) {  // as refusals are made
  }
  return tensors;
}

std::string family_file(GgufBuilder keys, const std::vector<FamilyTensor>& tensors,
                        std::uint32_t seed) {
  for (const FamilyTensor& tensor : tensors) keys.tensor(tensor.name, tensor.shape, tensor.type);
  std::string content = keys.header();
  std::mt19937 random(seed);
  const auto number = [&] {  // also for formats of which it is several numbers
    return bytes<std::uint32_t>(0x2C002C00U ^ (random() & 0x83FF83FFU));
  };
  for (const FamilyTensor& tensor : tensors) {
    content.resize((content.size() + keys.alignment - 1) / keys.alignment * keys.alignment);
    const models::TensorType* const type = models::tensor_type(tensor.type);
    std::uint64_t elements = 1;
    for (const std::uint64_t size : tensor.shape) elements *= size;
    const std::uint64_t end = content.size() + elements / type->block_elements * type->block_bytes;
    while (content.size() < end) content += number();
    content.resize(end);
  }
  content.resize(keys.size());
  return content;
}

}  // namespace pcai::test
