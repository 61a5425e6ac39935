#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "llamacpp/load_in_child.h"
#include "llamacpp/small_model.h"
#include "models/gguf_builder.h"
#include "models/temporary_folder.h"

namespace pcai::backend::llamacpp {
namespace {

using test::from_environment;
using test::is_accepted;

constexpr std::uint32_t kRounds = 150;

// GoogleTest runs suites of this name first, before other tests start threads that a fork loses.
using HostileFileDeathTest = testing::Test;

TEST(HostileFileDeathTest, WhatTheFuzzerKeptAndTheReaderAcceptsIsLoadedOrRefused) {
  int accepted = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PCAI_GGUF_CORPUS)) {
    SCOPED_TRACE(entry.path().filename().string());
    accepted += is_accepted(entry.path()) ? 1 : 0;
  }
  EXPECT_GT(accepted, 0);
  std::cout << accepted << " files were let through\n";
}

using test::GgufBuilder;
using test::small_model;

/// Keys that llama.cpp reads of a model: its own after the architecture's name, and the
/// vocabulary's.
constexpr std::string_view kOwnKeys =
    "vocab_size context_length embedding_length embedding_length_out "
    "embedding_length_per_layer_input features_length block_count leading_dense_block_count "
    "attn_res.block_size activation.situ_beta activation.situ_linear_beta "
    "feed_forward_length expert_feed_forward_length expert_shared_feed_forward_length "
    "expert_chunk_feed_forward_length swiglu_clamp_exp swiglu_clamp_shexp "
    "use_parallel_residual tensor_data_layout expert_count expert_used_count "
    "expert_shared_count expert_group_count expert_group_used_count expert_weights_scale "
    "expert_weights_norm expert_latent_length expert_gating_func expert_group_scale "
    "experts_per_group moe_every_n_layers moe_latent_size nextn_predict_layers "
    "n_deepstack_layers deepstack_mapping hidden_activation pooling_type logit_scale "
    "decoder_start_token_id decoder_block_count attn_logit_softcapping "
    "router_logit_softcapping final_logit_softcapping swin_norm rescale_every_n_layers "
    "time_mix_extra_dim time_decay_extra_dim residual_scale embedding_scale adapters.count "
    "adapters.token_ids_activate adapters.token_ids_substitute adapters.lora_rank "
    "adapters.router_gain token_shift_count interleave_moe_layer_step "
    "full_attention_interval num_loops skip_loop_final_norm hrm.layers_per_stack "
    "hrm.h_cycles hrm.l_cycles hrm.prefix_lm attention.head_count attention.head_count_kv "
    "attention.max_alibi_bias attention.clamp_kqv attention.key_length "
    "attention.value_length attention.layer_norm_epsilon attention.layer_norm_rms_epsilon "
    "attention.group_norm_epsilon attention.group_norm_groups attention.causal "
    "attention.q_lora_rank attention.kv_lora_rank attention.decay_lora_rank "
    "attention.iclr_lora_rank attention.value_residual_mix_lora_rank "
    "attention.gate_lora_rank attention.relative_buckets_count attention.sliding_window "
    "attention.sliding_window_pattern attention.rope_pattern attention.scale "
    "attention.output_scale attention.value_scale attention.temperature_length "
    "attention.temperature_scale attention.key_length_mla attention.value_length_mla "
    "attention.key_length_swa attention.value_length_swa attention.key_length_mla_swa "
    "attention.value_length_mla_swa attention.kv_lora_rank_swa attention.indexer.head_count "
    "attention.indexer.key_length attention.indexer.top_k attention.indexer.block_size "
    "attention.indexer.local_blocks attention.indexer.types attention.indexer.kpool "
    "attention.indexer.kpool_select_tail attention.output_group_count "
    "attention.output_lora_rank attention.compress_rope_freq_base attention.compress_ratios "
    "attention.shared_kv_layers attention.recurrent_layers hyper_connection.count "
    "hyper_connection.sinkhorn_iterations hyper_connection.epsilon "
    "hyper_connection.magnitude hyper_connection.low_rank ple.layers ple.ngram_size "
    "ple.heads_per_ngram ple.conv_kernel ple.layer_multipliers ple.head_offsets "
    "ple.head_vocab_sizes ple.eos_token_id ple.image_token_id hash_layer_count "
    "rope.dimension_count rope.dimension_count_swa rope.dimension_sections rope.freq_base "
    "rope.freq_base_swa rope.scale_linear rope.scaling.type rope.scaling.factor "
    "rope.scaling.alpha rope.scaling.attn_factor rope.scaling.original_context_length "
    "rope.scaling.finetuned rope.scaling.yarn_log_multiplier rope.scaling.yarn_ext_factor "
    "rope.scaling.yarn_attn_factor rope.scaling.yarn_beta_fast rope.scaling.yarn_beta_slow "
    "ssm.conv_kernel ssm.inner_size ssm.state_size ssm.time_step_rank ssm.group_count "
    "ssm.dt_b_c_rms kda.head_dim kda.safe_gate kda.gate_lower_bound wkv.head_size "
    "posnet.embedding_length posnet.block_count convnext.embedding_length "
    "convnext.block_count classifier.output_labels classifier.pooling_type "
    "decision.block_count decision.routing_block_count decision.head_count target_layers "
    "target_hidden_size norm_before_residual norm_before_fc block_size conv_kernel_size "
    "conv_group_size selector_rank selector_top_k shortconv.l_cache dense_2_feat_in "
    "dense_2_feat_out dense_3_feat_in dense_3_feat_out";
constexpr std::string_view kVocabularyKeys =
    "tokenizer.ggml.model tokenizer.ggml.pre tokenizer.ggml.tokens tokenizer.ggml.token_type "
    "tokenizer.ggml.token_type_count tokenizer.ggml.scores tokenizer.ggml.merges "
    "tokenizer.ggml.bos_token_id tokenizer.ggml.eos_token_id tokenizer.ggml.eot_token_id "
    "tokenizer.ggml.eom_token_id tokenizer.ggml.unknown_token_id "
    "tokenizer.ggml.seperator_token_id tokenizer.ggml.padding_token_id "
    "tokenizer.ggml.cls_token_id tokenizer.ggml.mask_token_id tokenizer.ggml.add_bos_token "
    "tokenizer.ggml.add_eos_token tokenizer.ggml.add_sep_token "
    "tokenizer.ggml.add_space_prefix tokenizer.ggml.remove_extra_whitespaces "
    "tokenizer.ggml.precompiled_charsmap tokenizer.huggingface.json tokenizer.rwkv.world "
    "tokenizer.chat_template tokenizer.ggml.normalizer.lowercase "
    "tokenizer.ggml.normalizer.strip_accents tokenizer.ggml.fim_pre_token_id "
    "tokenizer.ggml.fim_suf_token_id tokenizer.ggml.fim_mid_token_id "
    "tokenizer.ggml.fim_pad_token_id tokenizer.ggml.fim_rep_token_id "
    "tokenizer.ggml.fim_sep_token_id tokenizer.ggml.suppress_tokens "
    "tokenizer.ggml.prefix_token_id tokenizer.ggml.suffix_token_id "
    "tokenizer.ggml.middle_token_id";
constexpr std::string_view kArchitectures =
    "llama llama4 deci falcon grok gpt2 gptj gptneox mpt baichuan starcoder refact bert "
    "modern-bert nomic-bert nomic-bert-moe neo-bert jina-bert-v2 jina-bert-v3 eurobert bloom "
    "stablelm qwen qwen2 qwen2moe qwen2vl qwen3 qwen3moe qwen3next qwen3vl qwen3vlmoe qwen35 "
    "qwen35moe clef qwen4exp phi2 phi3 phimoe plamo plamo2 plamo3 codeshell orion internlm2 "
    "minicpm minicpm3 gemma gemma2 gemma3 gemma3n gemma4 gemma4-assistant gemma-embedding "
    "starcoder2 mamba mamba2 maple jamba falcon-h1 xverse command-r cohere2 cohere2moe dbrx "
    "olmo olmo2 olmoe muse-glimmer openelm arctic deepseek deepseek2 deepseek2-ocr "
    "deepseek32 deepseek4 chatglm glm4 glm4moe glm-dsa bitnet t5 t5encoder jais jais2 "
    "nemotron nemotron_h nemotron_h_moe exaone exaone4 exaone-moe rwkv6 rwkv6qwen2 rwkv7 "
    "arwkv7 granite granitemoe granitehybrid graniteswitch granite_swa chameleon "
    "wavtokenizer-dec plm bailingmoe bailingmoe2 bailingmoe3 dots1 dots3note arcee afmoe "
    "laguna ernie4_5 ernie4_5-moe hunyuan-moe hunyuan-dense hunyuan_vl hy_v3 hy_v4 smollm3 "
    "gpt-oss lfm2 lfm2moe dream smallthinker llada llada-moe seed_oss grovemoe apertus "
    "minimax-01 hrm_text minimax-m2 minimax-m3 cogvlm rnd1 pangu-embedded mistral3 eagle3 "
    "dflash mistral4 paddleocr mimo2 step35 spark2_5 llama-embed maincoder kimi-linear "
    "kimi-k3 glm5-next talkie mellum nanbeige qwen3tts pockettts";

/// Damages a model by sets of keys that are well-formed, each by itself.
class Damage {
 public:
  explicit Damage(std::uint32_t seed) : random_(seed) {}

  std::string model() {
    // Most often the family whose tensors the file has, so that it gets further.
    const std::string architecture =
        up_to(2) == 0 ? pick(kArchitectures) : (up_to(2) == 0 ? "llama" : "qwen2");
    test::GgufBuilder file = test::small_model(architecture, up_to(2) == 0);
    // Far enough into an architecture of which the file has not the tensors.
    if (architecture != "llama" && architecture != "qwen2") complete(file, architecture + ".");
    for (std::size_t i = 0, count = 1 + up_to(4); i < count; ++i) {
      if (up_to(4) == 0) {
        set(file, pick(kVocabularyKeys));
      } else {
        set(file, architecture + "." + pick(kOwnKeys));
      }
    }
    std::string bytes = file.build();
    // Weights that are not all zeros, of the sizes that real ones have, and some that are not.
    const std::size_t header = file.header().size();
    for (std::size_t at = (header + 31) / 32 * 32; at + 4 <= bytes.size(); at += 4) {
      const std::string half = test::bytes<std::uint32_t>(0x2C002C00U ^ (random_() & 0x03FF03FFU));
      bytes.replace(at, 4, half);
    }
    return bytes;
  }

 private:
  std::size_t up_to(std::size_t count) { return std::size_t{random_()} % count; }

  /// Sets keys that are not set to what they could be.
  void complete(test::GgufBuilder& file, const std::string& own) {
    std::istringstream keys{std::string(kOwnKeys)};
    const bool has_experts = up_to(2) == 0;
    for (std::string key; keys >> key;) {
      const auto has = [&](std::string_view part) { return key.find(part) != std::string::npos; };
      if (file.has(own + key) || up_to(4) == 0 || (has("expert") && !has_experts)) continue;
      if (has("scale") || has("freq_base") || has("epsilon") || has("softcapping") ||
          has("clamp") || has("factor") || has("bias") || has("beta") || has("bound") ||
          has("rms")) {
        file.number<float>(own + key, models::GgufType::Float32, 1);
      } else if (has("use_") || has("causal") || has("weights_norm") || has("swin_norm") ||
                 has("safe_gate") || has("before") || has("finetuned")) {
        file.number<std::uint8_t>(own + key, models::GgufType::Bool, 1);
      } else if (has("sections")) {
        file.i32s(own + key, {4, 4, 4, 4});
      } else if (has("scaling.type") || has("activation")) {
        continue;
      } else {
        file.u32(own + key, std::uint32_t{1} << up_to(6));
      }
    }
  }

  /// One of the words in a text.
  std::string pick(std::string_view words) {
    std::istringstream stream{std::string(words)};
    const std::vector<std::string> list{std::istream_iterator<std::string>(stream), {}};
    return list[up_to(list.size())];
  }

  std::uint32_t number() {
    static constexpr std::uint32_t kNumbers[] = {
        0, 1, 2, 3, 4, 7, 8, 16, 31, 32, 64, 100, 1000, 0x7FFFFFFF, 0x80000000, ~0U};
    return kNumbers[up_to(std::size(kNumbers))];
  }

  void set(test::GgufBuilder& file, const std::string& key) {
    static constexpr std::string_view kTexts =
        "none yarn default bert t5 rwkv llama-bpe gelu plamo2 gpt2 no_vocab llama x";
    static constexpr float kFloats[] = {0,
                                        -1,
                                        1,
                                        1e30F,
                                        1e-30F,
                                        -0.5F,
                                        std::numeric_limits<float>::quiet_NaN(),
                                        std::numeric_limits<float>::infinity()};
    switch (up_to(8)) {
      case 0: file.text(key, pick(kTexts)); break;
      case 1:
      case 2:
        file.number(key, models::GgufType::Float32, kFloats[up_to(std::size(kFloats))]);
        break;
      case 3: file.number<std::uint8_t>(key, models::GgufType::Bool, up_to(2)); break;
      case 4: {
        std::vector<std::int32_t> values(up_to(4) == 0 ? up_to(40) : 2);
        for (auto& value : values) value = static_cast<std::int32_t>(number());
        file.i32s(key, values);
        break;
      }
      case 5: file.remove(key); break;
      default: file.u32(key, number()); break;
    }
  }

  std::mt19937 random_;
};

TEST(HostileFileDeathTest, ModelsWithDamagedKeysAreLoadedOrRefused) {
  const std::uint32_t seed = from_environment("PCAI_TEST_SEED", std::random_device{}());
  const std::uint32_t rounds = from_environment("PCAI_TEST_ROUNDS", kRounds);
  const test::TemporaryFolder folder;
  ASSERT_TRUE(is_accepted(folder.write("whole.gguf", test::small_model("llama", false).build())));
  int accepted = 0;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    SCOPED_TRACE(testing::Message() << "PCAI_TEST_SEED=" << seed << ", round " << round);
    const auto path = folder.write("damaged.gguf", Damage(seed + round).model());
    accepted += is_accepted(path) ? 1 : 0;
  }
  std::cout << "seed " << seed << ": " << accepted << " of " << rounds << " were let through\n";
}

}  // namespace
}  // namespace pcai::backend::llamacpp
