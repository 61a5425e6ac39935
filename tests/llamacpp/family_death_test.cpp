#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "backend/llamacpp/load/ggml_assertions.h"
#include "llamacpp/family_model.h"
#include "llamacpp/load_in_child.h"
#include "models/gguf/architecture.h"
#include "models/temporary_folder.h"

namespace pcai::backend::llamacpp {
namespace {

using test::FamilyTensor;
using test::from_environment;
using test::GgufBuilder;

constexpr std::uint32_t kRounds = 120;

/// Of which test::family_keys are a whole model.
constexpr std::string_view kFamilies =
    "llama llama4 deci falcon baichuan grok gpt2 mpt starcoder refact modern-bert neo-bert "
    "eurobert bloom stablelm qwen qwen2 qwen2moe qwen2vl qwen3 qwen3moe qwen3vl qwen3vlmoe "
    "phi2 phi3 phimoe plamo plamo3 codeshell orion internlm2 minicpm gemma gemma2 gemma3 "
    "gemma3n gemma-embedding starcoder2 mamba mamba2 falcon-h1 xverse command-r cohere2 "
    "cohere2moe dbrx olmo olmo2 muse-glimmer openelm arctic deepseek chatglm glm4 glm4moe "
    "bitnet jais jais2 nemotron exaone exaone4 exaone-moe rwkv7 granite granitemoe bailingmoe "
    "bailingmoe2 arcee afmoe laguna ernie4_5 ernie4_5-moe hunyuan-moe hunyuan-dense "
    "hunyuan_vl hy_v3 smollm3 gpt-oss smallthinker seed_oss minimax-m2 cogvlm pangu-embedded "
    "mistral3 paddleocr llama-embed maincoder talkie mellum nanbeige minimax-01 hrm_text";

constexpr std::string_view kKeys =
    "block_count embedding_length feed_forward_length expert_feed_forward_length "
    "expert_shared_feed_forward_length leading_dense_block_count expert_count expert_used_count "
    "expert_shared_count expert_gating_func expert_group_count expert_group_used_count "
    "experts_per_group moe_every_n_layers interleave_moe_layer_step nextn_predict_layers "
    "attention.head_count attention.head_count_kv attention.key_length attention.value_length "
    "attention.key_length_mla attention.value_length_mla attention.key_length_swa "
    "attention.value_length_swa attention.q_lora_rank attention.kv_lora_rank "
    "attention.decay_lora_rank attention.gate_lora_rank attention.relative_buckets_count "
    "attention.group_norm_groups attention.sliding_window attention.sliding_window_pattern "
    "attention.indexer.head_count attention.indexer.key_length attention.indexer.top_k "
    "attention.shared_kv_layers attention.temperature_length attention.max_alibi_bias "
    "attention.causal attention.scale attention.clamp_kqv attention.layer_norm_epsilon "
    "attention.layer_norm_rms_epsilon rope.dimension_count rope.dimension_count_swa "
    "rope.dimension_sections rope.freq_base rope.scaling.type rope.scaling.factor "
    "rope.scaling.original_context_length ssm.conv_kernel ssm.inner_size ssm.state_size "
    "ssm.time_step_rank ssm.group_count wkv.head_size time_mix_extra_dim time_decay_extra_dim "
    "token_shift_count kda.head_dim shortconv.l_cache full_attention_interval features_length "
    "embedding_length_per_layer_input n_deepstack_layers num_loops pooling_type context_length "
    "vocab_size logit_scale residual_scale final_logit_softcapping attn_logit_softcapping "
    "use_parallel_residual rescale_every_n_layers embedding_length_out";

std::vector<std::string> words(std::string_view text) {
  std::istringstream stream{std::string(text)};
  return {std::istream_iterator<std::string>(stream), {}};
}

/// Changes the numbers of a model, or the shapes and formats of its tensors.
class Mutation {
 public:
  explicit Mutation(std::uint32_t seed) : random_(seed) {}

  std::string file() {
    const std::string family = pick(words(kFamilies));
    std::cout << family;
    GgufBuilder keys = test::family_keys(family);
    const GgufBuilder plain = keys;
    for (std::size_t i = 0, count = 1 + up_to(3); i < count; ++i) {
      set(keys, family + "." + pick(words(kKeys)));
    }
    // The tensors fit the changed numbers, as far as llama.cpp takes those, or the plain ones.
    std::vector<FamilyTensor> tensors;
    if (up_to(2) == 0) tensors = test::family_tensors(keys);
    if (tensors.empty()) tensors = test::family_tensors(plain);
    if (!tensors.empty() && up_to(2) == 0) {
      for (std::size_t i = 0, count = 1 + up_to(3); i < count; ++i) {
        change(tensors[up_to(tensors.size())]);
      }
    }
    std::cout << '\n';
    return test::family_file(keys, tensors, static_cast<std::uint32_t>(random_()));
  }

 private:
  std::size_t up_to(std::size_t count) { return std::size_t{random_()} % count; }

  std::string pick(const std::vector<std::string>& list) { return list[up_to(list.size())]; }

  std::uint32_t number() {
    static constexpr std::uint32_t kNumbers[] = {
        0,  1,  2,  3,  4,  5,   7,   8,   12,   15,   16,    24,         31,         32,
        33, 48, 64, 65, 96, 100, 128, 256, 1000, 4096, 65536, 0x7FFFFFFF, 0x80000000, ~0U};
    return kNumbers[up_to(std::size(kNumbers))];
  }

  void set(GgufBuilder& file, const std::string& key) {
    static constexpr float kFloats[] = {0,
                                        -1,
                                        1,
                                        1e30F,
                                        1e-30F,
                                        -0.5F,
                                        std::numeric_limits<float>::quiet_NaN(),
                                        std::numeric_limits<float>::infinity()};
    std::cout << ' ' << key;
    switch (up_to(10)) {
      case 0:
        file.number(key, models::GgufType::Float32, kFloats[up_to(std::size(kFloats))]);
        break;
      case 1: file.number<std::uint8_t>(key, models::GgufType::Bool, up_to(2)); break;
      case 2: {
        std::vector<std::int32_t> values(up_to(4) == 0 ? up_to(8) : 4);
        for (auto& value : values) value = static_cast<std::int32_t>(number());
        file.i32s(key, values);
        break;
      }
      case 3: file.remove(key); break;
      default: {
        const std::uint32_t value = number();
        std::cout << '=' << value;
        file.u32(key, value);
        break;
      }
    }
  }

  void change(FamilyTensor& tensor) {
    static constexpr std::uint32_t kTypes[] = {0,  1,  2,  3,  8,  12, 14, 24,
                                               25, 26, 27, 28, 30, 34, 39, 40};
    switch (up_to(3)) {
      case 0: std::ranges::reverse(tensor.shape); break;
      case 1: tensor.shape[up_to(tensor.shape.size())] = 1 + up_to(80); break;
      default: tensor.type = kTypes[up_to(std::size(kTypes))]; break;
    }
    const std::uint64_t block = models::tensor_type(tensor.type)->block_elements;
    if (tensor.shape[0] % block != 0) tensor.type = GgufBuilder::kF32;
    std::cout << ' ' << tensor.name << ':' << models::tensor_type(tensor.type)->name;
    for (const std::uint64_t size : tensor.shape) std::cout << ' ' << size;
  }

  std::mt19937 random_;
};

/// Writes the file of a family, in which the key `zero` is 0, or of a changed one, and ends:
/// llama.cpp is asked for tensors.
[[noreturn]] void write_or_exit(const std::filesystem::path& path, const std::string& family,
                                std::uint32_t seed, const std::string& zero = "") {
  take_over_ggml_assertions();
  std::string content;
  try {
    const AssertionsThrow while_it_builds;
    if (family.empty()) {
      content = Mutation(seed).file();
    } else {
      GgufBuilder keys = test::family_keys(family);
      const std::vector<FamilyTensor> tensors = test::family_tensors(keys);
      if (!zero.empty()) keys.u32(zero, 0);
      content = test::family_file(keys, tensors, seed);
    }
  } catch (const std::exception& exception) {
    std::cerr << exception.what() << '\n';
  }
  std::ofstream(path, std::ios::binary) << content;
  std::cout.flush();
  std::_Exit(0);
}

// GoogleTest runs suites of this name first, before other tests start threads that a fork loses.
using FamilyDeathTest = testing::Test;

TEST(FamilyDeathTest, AModelOfEachFamilyIsLoadedAndAnswers) {
  const test::TemporaryFolder folder;
  for (const std::string& family : words(kFamilies)) {
    SCOPED_TRACE(family);
    const auto path = folder.path() / (family + ".gguf");
    EXPECT_EXIT(write_or_exit(path, family, 1), testing::ExitedWithCode(0), "");
    EXPECT_EXIT(test::load_or_exit(path), testing::ExitedWithCode(0), "loaded");
  }
}

TEST(FamilyDeathTest, AModelWhosePositionsTurnNoNumbersIsRefusedOrNeedsNone) {
  const test::TemporaryFolder folder;
  for (const std::string family : {"gemma3", "bloom", "stablelm"}) {
    SCOPED_TRACE(family);
    const auto path = folder.path() / (family + ".gguf");
    EXPECT_EXIT(write_or_exit(path, family, 1, family + ".rope.dimension_count"),
                testing::ExitedWithCode(0), "");
    EXPECT_EXIT(test::load_or_exit(path), testing::ExitedWithCode(0),
                family == "bloom" ? "loaded" : "refused: .*rope.dimension_count is 0");
  }
}

TEST(FamilyDeathTest, ChangedNumbersAndTensorsAreLoadedOrRefused) {
  const std::uint32_t seed = from_environment("PCAI_TEST_SEED", std::random_device{}());
  const std::uint32_t rounds = from_environment("PCAI_TEST_ROUNDS", kRounds);
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "changed.gguf";
  std::uint32_t accepted = 0;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    SCOPED_TRACE(testing::Message() << "PCAI_TEST_SEED=" << seed + round << ", PCAI_TEST_ROUNDS=1");
    EXPECT_EXIT(write_or_exit(path, "", seed + round), testing::ExitedWithCode(0), "");
    accepted += test::is_accepted(path) ? 1 : 0;
  }
  std::cout << "seed " << seed << ": " << accepted << " of " << rounds << " were let through\n";
}

}  // namespace
}  // namespace pcai::backend::llamacpp
