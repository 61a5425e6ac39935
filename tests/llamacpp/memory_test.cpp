#include "fit/model_memory.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/memory_use.h"
#include "backend/llamacpp/load/model_file.h"
#include "fit/memory_plan.h"
#include "llamacpp/real_model.h"
#include "models/gguf_builder.h"
#include "models/temporary_folder.h"

namespace pcai::backend::llamacpp {
namespace {

using test::GgufBuilder;

constexpr std::uint32_t kQ4_K = 12;
constexpr double kMaxOff = 0.05;
constexpr double kMaxOffOfBuffers = 0.2;  // a small part of the whole

/// What the header of a model says, as its family's files do.
struct Family {
  std::string architecture;
  std::uint32_t layers, embedding, feed_forward, heads, kv_heads, head_length, vocabulary;
  bool ties_output = false;
  std::uint32_t window = 0;
  std::uint32_t experts = 0, experts_used = 0;
  bool normalises_heads = false;
  bool norms_after = false;  // gemma's
  bool has_bias = false;     // of queries, keys and values
};

/// Prints its name in a test's.
void PrintTo(const Family& family, std::ostream* out) {
  *out << family.architecture << ", " << family.layers << " layers of " << family.embedding;
}

test::GgufBuilder header_of(const Family& family) {
  const std::string own = family.architecture + ".";
  test::GgufBuilder file;
  file.text("general.architecture", family.architecture)
      .text("tokenizer.ggml.model", "no_vocab")
      .u32(own + "vocab_size", family.vocabulary)
      .u32(own + "block_count", family.layers)
      .u32(own + "context_length", 32768)
      .u32(own + "embedding_length", family.embedding)
      .u32(own + "feed_forward_length", family.feed_forward)
      .u32(own + "attention.head_count", family.heads)
      .u32(own + "attention.head_count_kv", family.kv_heads)
      .number<float>(own + "attention.layer_norm_rms_epsilon", models::GgufType::Float32, 1e-5F);
  if (family.heads > 0) {
    file.u32(own + "attention.key_length", family.head_length)
        .u32(own + "attention.value_length", family.head_length);
  }
  if (family.window > 0) file.u32(own + "attention.sliding_window", family.window);
  if (family.experts > 0) {
    file.u32(own + "expert_count", family.experts)
        .u32(own + "expert_used_count", family.experts_used)
        .u32(own + "expert_feed_forward_length", family.feed_forward);
  }
  return file;
}

/// A transformer's file without its tensors' data, which llama.cpp need not read to tell sizes.
test::GgufBuilder transformer(const Family& family) {
  const std::uint64_t width = family.embedding;
  const std::uint64_t ff = family.feed_forward;
  const std::uint64_t queries = std::uint64_t{family.heads} * family.head_length;
  const std::uint64_t keys = std::uint64_t{family.kv_heads} * family.head_length;
  test::GgufBuilder file = header_of(family);
  const auto vector = [&](const std::string& name, std::uint64_t size) {
    file.tensor(name, {size}, test::GgufBuilder::kF32);
  };
  file.tensor("token_embd.weight", {width, family.vocabulary}, kQ4_K);
  vector("output_norm.weight", width);
  if (!family.ties_output) file.tensor("output.weight", {width, family.vocabulary}, kQ4_K);
  for (std::uint32_t i = 0; i < family.layers; ++i) {
    const std::string layer = "blk." + std::to_string(i) + ".";
    vector(layer + "attn_norm.weight", width);
    vector(layer + "ffn_norm.weight", width);
    file.tensor(layer + "attn_q.weight", {width, queries}, kQ4_K)
        .tensor(layer + "attn_k.weight", {width, keys}, kQ4_K)
        .tensor(layer + "attn_v.weight", {width, keys}, kQ4_K)
        .tensor(layer + "attn_output.weight", {queries, width}, kQ4_K);
    if (family.has_bias) {
      vector(layer + "attn_q.bias", queries);
      vector(layer + "attn_k.bias", keys);
      vector(layer + "attn_v.bias", keys);
    }
    if (family.normalises_heads) {
      vector(layer + "attn_q_norm.weight", family.head_length);
      vector(layer + "attn_k_norm.weight", family.head_length);
    }
    if (family.norms_after) {
      vector(layer + "post_attention_norm.weight", width);
      vector(layer + "post_ffw_norm.weight", width);
    }
    if (family.experts > 0) {
      file.tensor(layer + "ffn_gate_inp.weight", {width, family.experts}, test::GgufBuilder::kF32)
          .tensor(layer + "ffn_gate_exps.weight", {width, ff, family.experts}, kQ4_K)
          .tensor(layer + "ffn_up_exps.weight", {width, ff, family.experts}, kQ4_K)
          .tensor(layer + "ffn_down_exps.weight", {ff, width, family.experts}, kQ4_K);
    } else {
      file.tensor(layer + "ffn_gate.weight", {width, ff}, kQ4_K)
          .tensor(layer + "ffn_up.weight", {width, ff}, kQ4_K)
          .tensor(layer + "ffn_down.weight", {ff, width}, kQ4_K);
    }
  }
  return file;
}

test::GgufBuilder mamba(const Family& family) {
  const std::uint64_t width = family.embedding;
  const std::uint64_t inner = 2 * width;
  constexpr std::uint64_t kState = 16;
  const std::uint64_t rank = width / 16;
  test::GgufBuilder file = header_of(family);
  file.u32("mamba.ssm.conv_kernel", 4)
      .u32("mamba.ssm.inner_size", static_cast<std::uint32_t>(inner))
      .u32("mamba.ssm.state_size", kState)
      .u32("mamba.ssm.time_step_rank", static_cast<std::uint32_t>(rank))
      .tensor("token_embd.weight", {width, family.vocabulary}, kQ4_K)
      .tensor("output_norm.weight", {width}, test::GgufBuilder::kF32);
  for (std::uint32_t i = 0; i < family.layers; ++i) {
    const std::string layer = "blk." + std::to_string(i) + ".";
    file.tensor(layer + "attn_norm.weight", {width}, test::GgufBuilder::kF32)
        .tensor(layer + "ssm_in.weight", {width, 2 * inner}, kQ4_K)
        .tensor(layer + "ssm_conv1d.weight", {4, inner}, test::GgufBuilder::kF32)
        .tensor(layer + "ssm_conv1d.bias", {inner}, test::GgufBuilder::kF32)
        .tensor(layer + "ssm_x.weight", {inner, rank + 2 * kState}, kQ4_K)
        .tensor(layer + "ssm_dt.weight", {rank, inner}, test::GgufBuilder::kF32)
        .tensor(layer + "ssm_dt.bias", {inner}, test::GgufBuilder::kF32)
        .tensor(layer + "ssm_a", {kState, inner}, test::GgufBuilder::kF32)
        .tensor(layer + "ssm_d", {inner}, test::GgufBuilder::kF32)
        .tensor(layer + "ssm_out.weight", {inner, width}, kQ4_K);
  }
  return file;
}

/// Holds our numbers against those that llama.cpp tells for a context of the scheduler's shape.
/// With `no_alloc` llama.cpp computes them without reading or allocating.
void expect_as_llama_says(const std::filesystem::path& path, const ModelConfig& config,
                          std::uint32_t tokens) {
  const auto needs = fit::read_model_memory(path);
  ASSERT_TRUE(needs) << needs.error().message;
  llama_model_params model_params = llama_model_default_params();
  model_params.use_extra_bufts = false;
  model_params.no_alloc = true;
  model_params.load_mode = LLAMA_LOAD_MODE_NONE;
  capture_llama_log();
  const LlamaModelPtr model(llama_model_load_from_file(path.c_str(), model_params));
  ASSERT_TRUE(model) << take_llama_errors();
  EXPECT_EQ(needs->is_recurrent,
            llama_model_is_recurrent(model.get()) || llama_model_is_hybrid(model.get()));
  const fit::ContextShape shape = fit::context_shape(config, needs->is_recurrent);
  llama_context_params params = llama_context_default_params();
  params.n_ctx = tokens;
  params.n_batch = params.n_ubatch = shape.batch;
  params.n_seq_max = shape.sequences;
  params.n_outputs_max = shape.outputs;
  params.kv_unified = true;
  params.swa_full = true;
  const LlamaContextPtr context(llama_init_from_model(model.get(), params));
  ASSERT_TRUE(context) << take_llama_errors();
  const MemoryUse real = memory_use(*context);
  const std::uint64_t cells = fit::rounded_cells(tokens);
  const MemoryUse ours = {.weights = needs->weights(),
                          .context = fit::context_bytes(*needs, cells, shape),
                          .compute = fit::compute_bytes(*needs, cells, shape)};
  const auto expect_near = [](std::uint64_t mine, std::uint64_t theirs, double most) {
    EXPECT_NEAR(static_cast<double>(mine), static_cast<double>(theirs),
                most * static_cast<double>(theirs));
  };
  expect_near(ours.weights, real.weights, kMaxOff);
  expect_near(ours.context, real.context, kMaxOff);
  expect_near(ours.compute, real.compute, kMaxOffOfBuffers);
  expect_near(ours.bytes(), real.bytes(), kMaxOff);
}

class FamilyMemoryTest : public testing::TestWithParam<Family> {
 protected:
  static void SetUpTestSuite() { llama_backend_init(); }
};

TEST_P(FamilyMemoryTest, WeightsCacheAndBuffersAreThoseOfLlamaCpp) {
  const Family& family = GetParam();
  const test::GgufBuilder file = family.heads == 0 ? mamba(family) : transformer(family);
  const test::TemporaryFolder folder;
  const auto path = folder.write("model.gguf", file.header());
  // The data is a hole in the file.
  std::filesystem::resize_file(path, file.size());
  for (const std::uint32_t tokens : {512U, 8192U, 32768U}) {
    SCOPED_TRACE(tokens);
    expect_as_llama_says(path, {}, tokens);
    expect_as_llama_says(path, {.batch_size = 128, .max_sequences = 1}, tokens);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, FamilyMemoryTest,
                         testing::Values(Family{"llama", 16, 2048, 8192, 32, 8, 64, 128256, true},
                                         Family{"llama", 32, 4096, 14336, 32, 8, 128, 128256},
                                         Family{.architecture = "llama",
                                                .layers = 4,
                                                .embedding = 4096,
                                                .feed_forward = 14336,
                                                .heads = 32,
                                                .kv_heads = 8,
                                                .head_length = 128,
                                                .vocabulary = 32000,
                                                .experts = 8,
                                                .experts_used = 2},
                                         Family{.architecture = "qwen2",
                                                .layers = 24,
                                                .embedding = 1024,
                                                .feed_forward = 4864,
                                                .heads = 16,
                                                .kv_heads = 2,
                                                .head_length = 64,
                                                .vocabulary = 151936,
                                                .ties_output = true,
                                                .has_bias = true},
                                         Family{.architecture = "qwen3",
                                                .layers = 28,
                                                .embedding = 1024,
                                                .feed_forward = 3072,
                                                .heads = 16,
                                                .kv_heads = 8,
                                                .head_length = 128,
                                                .vocabulary = 151936,
                                                .ties_output = true,
                                                .normalises_heads = true},
                                         Family{.architecture = "qwen3moe",
                                                .layers = 8,
                                                .embedding = 2048,
                                                .feed_forward = 768,
                                                .heads = 32,
                                                .kv_heads = 4,
                                                .head_length = 128,
                                                .vocabulary = 151936,
                                                .experts = 128,
                                                .experts_used = 8,
                                                .normalises_heads = true},
                                         Family{.architecture = "gemma2",
                                                .layers = 26,
                                                .embedding = 2304,
                                                .feed_forward = 9216,
                                                .heads = 8,
                                                .kv_heads = 4,
                                                .head_length = 256,
                                                .vocabulary = 256000,
                                                .ties_output = true,
                                                .window = 4096,
                                                .norms_after = true},
                                         Family{.architecture = "gemma3",
                                                .layers = 34,
                                                .embedding = 2560,
                                                .feed_forward = 10240,
                                                .heads = 8,
                                                .kv_heads = 4,
                                                .head_length = 256,
                                                .vocabulary = 262144,
                                                .ties_output = true,
                                                .window = 1024,
                                                .normalises_heads = true,
                                                .norms_after = true},
                                         Family{.architecture = "mamba",
                                                .layers = 24,
                                                .embedding = 768,
                                                .vocabulary = 50280}));

/// A real file, where there is one.
void expect_of(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here";
  for (const std::uint32_t tokens : {256U, 2048U, 8192U, 32768U}) {
    SCOPED_TRACE(tokens);
    expect_as_llama_says(path, {}, tokens);
  }
}

TEST(ModelMemoryOfFilesTest, TheDefaultModel) {
  expect_of(RealModelTest::path());
}

/// More files, at $PCAI_TEST_MEMORY_FILES: paths parted by colons.
TEST(ModelMemoryOfFilesTest, FilesThatWereNamed) {
  const char* const named = std::getenv("PCAI_TEST_MEMORY_FILES");
  if (named == nullptr) GTEST_SKIP() << "none are named";
  std::istringstream paths(named);
  for (std::string path; std::getline(paths, path, ':');) {
    SCOPED_TRACE(path);
    expect_of(path);
  }
}

TEST_F(RealModelTest, WhatALoadedModelTakesIsWhatWasExpected) {
  for (const KernelUse kernels : {KernelUse::Auto, KernelUse::Off}) {
    const ModelConfig config = {.model_path = path(), .context_length = 4096, .kernels = kernels};
    const auto loaded = load(config);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto expected = fit::expected_memory(config);
    ASSERT_TRUE(expected) << expected.error().message;
    const auto real = static_cast<double>((*loaded)->info().memory_bytes);
    EXPECT_GT(real, 0);
    EXPECT_NEAR(static_cast<double>(*expected), real, kMaxOff * real);
  }
}

}  // namespace
}  // namespace pcai::backend::llamacpp
