#include "fit/memory_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <random>

#include "models/gguf_builder.h"
#include "models/temporary_folder.h"

namespace pcai::fit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

/// 32 layers of 100 MiB with 4 KiB of cache a token, an output matrix of 200 MiB.
ModelMemory a_model() {
  ModelMemory model;
  model.input.weights = 200 * kMiB;
  model.output.weights = 200 * kMiB;
  model.layers.assign(
      32, {.weights = 100 * kMiB, .panels = 101 * kMiB, .packed = 100 * kMiB, .kv_per_cell = 4096});
  model.train_context = 8192;
  model.vocabulary = 32000;
  model.embedding = 2048;
  model.feed_forward = 8192;
  model.is_gated = true;
  return model;
}

Device cpu(std::uint64_t gibibytes) {
  return {.name = "CPU", .memory_total = gibibytes * kGiB, .memory_free = gibibytes * kGiB};
}

Device gpu(std::int32_t index, std::uint64_t gibibytes) {
  return {.name = "GPU " + std::to_string(index),
          .kind = DeviceKind::Gpu,
          .index = index,
          .memory_total = gibibytes * kGiB,
          .memory_free = gibibytes * kGiB,
          .driver = "cuda"};
}

std::vector<std::uint32_t> layers_of(const MemoryPlan& plan) {
  std::vector<std::uint32_t> layers;
  for (const DeviceShare& share : plan.shares) layers.push_back(share.layers);
  return layers;
}

TEST(MemoryPlanTest, OnTheCpuAloneEverythingIsThere) {
  const MemoryPlan plan = plan_memory(a_model(), {}, {cpu(32)});
  EXPECT_TRUE(plan.fits()) << plan.why_not;
  ASSERT_THAT(plan.shares, SizeIs(1));
  const DeviceShare& share = plan.shares.front();
  EXPECT_EQ(share.layers, 32U);
  EXPECT_TRUE(share.has_output);
  EXPECT_EQ(share.weights, 400 * kMiB);  // the layers' are in panels
  EXPECT_EQ(share.panels, 3232 * kMiB);
  EXPECT_EQ(share.context, std::uint64_t{32} * 4096 * 8192);
  EXPECT_EQ(plan.context, 8192U);
  EXPECT_EQ(plan.gpu_layers, 0U);
  EXPECT_EQ(plan.bytes(), share.bytes());
}

TEST(MemoryPlanTest, WithoutKernelsThereAreNoPanels) {
  const MemoryPlan plan = plan_memory(a_model(), {.kernels = KernelUse::Off}, {cpu(32)});
  EXPECT_EQ(plan.shares.front().panels, 0U);
  EXPECT_EQ(plan.shares.front().weights, 3600 * kMiB);
}

TEST(MemoryPlanTest, WherePanelsWouldTakeMostOfTheMemoryThereAreNone) {
  const MemoryPlan plan = plan_memory(a_model(), {}, {cpu(4)});
  EXPECT_EQ(plan.shares.front().panels, 0U);
  EXPECT_EQ(plan.shares.front().weights, 3600 * kMiB);
}

TEST(MemoryPlanTest, BesidePanelsAModelNeedsTheRestOnly) {
  const ModelMemory rest = a_model().beside_panels();
  EXPECT_EQ(rest.weights(), 400 * kMiB);
  EXPECT_EQ(rest.panels(), 0U);
  EXPECT_EQ(rest.kv_per_cell(), 32U * 4096);
}

TEST(MemoryPlanTest, AModelThatDoesNotFitSaysWhatItNeeds) {
  const MemoryPlan plan = plan_memory(a_model(), {}, {cpu(3)});
  EXPECT_FALSE(plan.fits());
  EXPECT_THAT(plan.why_not, HasSubstr("CPU needs "));
  EXPECT_THAT(plan.why_not, HasSubstr("3072 MiB are free"));
}

TEST(MemoryPlanTest, NobodyGetsAHugeContextWithoutAskingForIt) {
  for (const std::uint32_t trained : {131073U, 10485760U, 0x7FFFFFFFU}) {
    ModelMemory model = a_model();
    model.layers.resize(1);
    model.train_context = trained;
    const MemoryPlan plan = plan_memory(model, {}, {cpu(64)});
    EXPECT_EQ(plan.context, 131072U);
    EXPECT_EQ(plan.wanted_context, 131072U);
    ASSERT_THAT(plan.notes, SizeIs(1));
    EXPECT_THAT(plan.notes.front(), HasSubstr("of the " + std::to_string(trained) + " tokens"));
    EXPECT_THAT(plan.notes.front(), HasSubstr("--context"));
  }
  ModelMemory model = a_model();
  model.layers.resize(1);
  model.train_context = 1 << 20;
  const MemoryPlan asked = plan_memory(model, {.context_length = 1 << 18}, {cpu(64)});
  EXPECT_EQ(asked.context, 1U << 18);
  EXPECT_THAT(asked.notes, SizeIs(0));
  model.train_context = 131072;
  EXPECT_THAT(plan_memory(model, {}, {cpu(64)}).notes, SizeIs(0));
}

TEST(MemoryPlanTest, AModelWithoutCellsKeepsTheContextThatItWasTrainedFor) {
  ModelMemory model = a_model();
  for (LayerMemory& layer : model.layers) layer.kv_per_cell = 0;
  model.train_context = 1 << 20;
  const MemoryPlan plan = plan_memory(model, {}, {cpu(16)});
  EXPECT_EQ(plan.context, 1U << 20);
  EXPECT_THAT(plan.notes, SizeIs(0));
}

TEST(MemoryPlanTest, WhatIsOddInTheFileIsNoted) {
  ModelMemory model = a_model();
  model.notes = {"its token is odd"};
  EXPECT_THAT(plan_memory(model, {}, {cpu(64)}).notes, testing::Contains("its token is odd"));
}

TEST(MemoryPlanTest, TheModelsOwnContextIsCutByMemoryAndSaidSo) {
  ModelMemory model = a_model();
  model.train_context = 131072;
  const MemoryPlan plan = plan_memory(model, {}, {cpu(16)});
  EXPECT_EQ(plan.wanted_context, 131072U);
  EXPECT_LT(plan.context, 131072U);
  EXPECT_GT(plan.context, 8192U);
  EXPECT_EQ(plan.context % 256, 0U);
  ASSERT_THAT(plan.notes, SizeIs(1));
  EXPECT_THAT(plan.notes.front(), HasSubstr("reduced from 131072"));
  EXPECT_TRUE(plan.fits()) << plan.why_not;
}

TEST(MemoryPlanTest, AContextThatWasAskedForIsNeverCut) {
  const MemoryPlan plan = plan_memory(a_model(), {.context_length = 131072}, {cpu(16)});
  EXPECT_EQ(plan.context, 131072U);
  EXPECT_THAT(plan.why_not, HasSubstr("a context of 131072 tokens needs 16384 MiB"));
}

TEST(MemoryPlanTest, AllLayersGoToAGpuThatHoldsThem) {
  const MemoryPlan plan = plan_memory(a_model(), {}, {cpu(32), gpu(0, 24)});
  EXPECT_THAT(layers_of(plan), ElementsAre(0, 32));
  EXPECT_EQ(plan.gpu_layers, 33U);
  EXPECT_TRUE(plan.shares[1].has_output);
  EXPECT_EQ(plan.shares[0].weights, 200 * kMiB);  // the embeddings
  EXPECT_EQ(plan.shares[0].context, 0U);
  EXPECT_EQ(plan.shares[1].panels, 0U);
  EXPECT_TRUE(plan.fits()) << plan.why_not;
}

TEST(MemoryPlanTest, AsManyLayersAsFitGoToASmallGpu) {
  const std::vector<Device> devices = {cpu(32), gpu(0, 3)};
  const MemoryPlan plan = plan_memory(a_model(), {}, devices);
  const std::uint32_t on_gpu = plan.shares.at(1).layers;
  EXPECT_GT(on_gpu, 5U);
  EXPECT_LT(on_gpu, 32U);
  EXPECT_EQ(plan.shares[0].layers + on_gpu, 32U);
  EXPECT_TRUE(plan.fits()) << plan.why_not;
  // One more would not.
  ModelConfig more;
  more.gpu_layers = static_cast<std::int32_t>(plan.gpu_layers) + 1;
  EXPECT_FALSE(plan_memory(a_model(), more, devices).fits());
}

TEST(MemoryPlanTest, LayersAreSplitByFreeMemory) {
  const MemoryPlan plan = plan_memory(a_model(), {}, {cpu(64), gpu(0, 24), gpu(1, 8)});
  EXPECT_THAT(layers_of(plan), ElementsAre(0, 25, 7));
  EXPECT_TRUE(plan.shares[2].has_output);
}

TEST(MemoryPlanTest, OnlyTheNamedGpusAreUsed) {
  ModelConfig config;
  config.gpu_devices = {1};
  const MemoryPlan plan = plan_memory(a_model(), config, {cpu(64), gpu(0, 24), gpu(1, 24)});
  ASSERT_THAT(plan.shares, SizeIs(2));
  EXPECT_EQ(plan.shares[1].device.index, 1);
}

TEST(MemoryPlanTest, EmbeddingsThatAreTheOutputAreCopiedToTheGpu) {
  ModelMemory model = a_model();
  model.output.weights = 0;
  model.ties_output = true;
  const MemoryPlan plan = plan_memory(model, {}, {cpu(32), gpu(0, 24)});
  EXPECT_EQ(plan.shares[0].weights, 200 * kMiB);
  EXPECT_EQ(plan.shares[1].weights, 3400 * kMiB);
}

TEST(MemoryPlanTest, RandomPlansPlaceEveryLayerOnceAndKeepTheirWord) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    ModelMemory model = a_model();
    model.layers.resize(1 + random() % 80, model.layers.front());
    model.train_context = 256 * (1 + random() % 512);
    std::vector<Device> devices = {cpu(1 + random() % 64)};
    for (std::uint32_t i = 0; i < random() % 4; ++i) {
      devices.push_back(gpu(static_cast<std::int32_t>(i), 1 + random() % 48));
    }
    const MemoryPlan plan = plan_memory(model, {}, devices);
    const auto layers = layers_of(plan);
    EXPECT_EQ(std::accumulate(layers.begin(), layers.end(), 0U), model.layers.size());
    EXPECT_LE(plan.context, plan.wanted_context);
    std::uint64_t cache = 0;
    std::uint64_t weights = 0;
    for (const DeviceShare& share : plan.shares) {
      cache += share.context;
      weights += share.weights + share.panels / 101 * 100;  // as many as panels replace
      if (share.device.kind == DeviceKind::Gpu) {
        EXPECT_LE(share.bytes() + share.margin, share.device.memory_free);
      } else if (plan.fits()) {
        EXPECT_LE(share.bytes() + share.margin, share.device.memory_free);
      }
    }
    EXPECT_EQ(cache, std::uint64_t{plan.context} * 4096 * model.layers.size());
    EXPECT_EQ(weights, model.weights());
    EXPECT_EQ(plan.context < plan.wanted_context, !plan.notes.empty());
  }
}

TEST(ModelMemoryTest, WindowsBoundTheCellsOfTheirLayersUnlessAllAreKept) {
  ModelMemory model = a_model();
  for (std::size_t i = 0; i < 16; ++i) model.layers[i].window = 1024;
  const ContextShape shape = {.batch = 512, .running = 1, .sequences = 4, .outputs = 4};
  const std::uint64_t cells = 32768;
  EXPECT_EQ(context_bytes(model, cells, shape), 32 * 4096 * cells);
  EXPECT_EQ(context_bytes(model, cells, shape, false), 16 * 4096 * (cells + 4 * 1024 + 512));
}

/// A safetensors file with one tensor of BF16.
std::string weights(const std::string& name, const std::string& shape, std::uint64_t elements) {
  const std::string header = R"({")" + name + R"(":{"dtype":"BF16","shape":)" + shape +
                             R"(,"data_offsets":[0,)" + std::to_string(2 * elements) + "]}}";
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + std::string(2 * elements, '\0');
}

TEST(ExpectedMemoryTest, AFoldersModelIsItsWeightsAsTheyAreComputed) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "m";
  folder.write("m/a.safetensors", weights("model.embed_tokens.weight", "[8,512]", 4096));
  folder.write("m/b.safetensors", weights("model.layers.0.mlp.up_proj.weight", "[16,512]", 8192));
  folder.write("m/c.safetensors", weights("model.layers.0.narrow.weight", "[4,32]", 128));
  folder.write("m/d.safetensors", weights("model.norm.weight", "[512]", 512));
  folder.write("m/config.json", R"({"num_hidden_layers":1,"max_position_embeddings":256})");
  EXPECT_EQ(expected_memory({.model_path = path}).value(), 4U * (4096 + 8192 + 128 + 512));
  // The embeddings stay, and a copy of them is the output matrix.
  const std::uint64_t rest = 4 * (4096 + 512);
  EXPECT_EQ(expected_memory({.model_path = path, .isq = "q8_0"}).value(),
            rest + (4096 + 8192 + 128) / 32 * 34);
  EXPECT_EQ(expected_memory({.model_path = path, .isq = "q4k"}).value(),
            rest + (4096 + 8192) / 256 * 144 + 128 / 32 * 22);
  folder.write("m/a.uqff", std::string(1000, 'x'));
  EXPECT_EQ(expected_memory({.model_path = path}).value(), 4U * (4096 + 8192 + 128 + 512) + 1000);
}

TEST(ExpectedMemoryTest, ADamagedFileIsRefusedWithItsName) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("bad.gguf", "GGUX");
  const auto expected = expected_memory({.model_path = file});
  ASSERT_FALSE(expected);
  EXPECT_EQ(expected.error().code, ErrorCode::InvalidModel);
  EXPECT_THAT(expected.error().message, HasSubstr("bad.gguf"));
}

TEST(ExpectedMemoryTest, TheProjectorAndTheAdaptersCount) {
  const test::TemporaryFolder folder;
  const std::string model = test::GgufBuilder::tiny_model().build();
  const std::string adapter =
      test::GgufBuilder::tiny_model().text("general.type", "adapter").build();
  const std::string projector =
      test::GgufBuilder::tiny_model().text("general.type", "mmproj").build();
  ModelConfig config = {.model_path = folder.write("m.gguf", model)};
  const std::uint64_t alone = expected_memory(config).value();
  config.adapters = {{.path = folder.write("a.gguf", adapter)}};
  EXPECT_EQ(expected_memory(config).value(), alone + adapter.size());
  config.projector = folder.write("p.gguf", projector);
  EXPECT_EQ(expected_memory(config).value(), alone + adapter.size() + projector.size());
}

TEST(ExpectedMemoryTest, APartThatIsMissingOrOfAnotherKindIsRefusedByName) {
  const test::TemporaryFolder folder;
  const std::string model = test::GgufBuilder::tiny_model().build();
  ModelConfig config = {.model_path = folder.write("m.gguf", model)};
  config.projector = folder.path() / "none.gguf";
  const auto missing = expected_memory(config);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::InvalidModel);
  EXPECT_EQ(missing.error().field, "projector");
  EXPECT_THAT(missing.error().message, HasSubstr("none.gguf cannot be loaded: no such file"));
  config.projector_optional = true;
  EXPECT_TRUE(expected_memory(config));
  config.adapters = {{.path = config.model_path}};
  EXPECT_THAT(expected_memory(config).error().message,
              HasSubstr("it is not an adapter, but a model"));
}

TEST(ExpectedMemoryTest, ATinyModelTakesMoreThanItsFile) {
  const test::TemporaryFolder folder;
  const std::string bytes = test::GgufBuilder::tiny_model().build();
  const auto expected = expected_memory({.model_path = folder.write("t.gguf", bytes)});
  ASSERT_TRUE(expected) << expected.error().message;
  // 2 layers, 2 heads of 16 numbers for keys and for values, 2 bytes each, 256 cells.
  EXPECT_GE(*expected, 2 * 2 * (16 + 16) * 2 * 256);
}

}  // namespace
}  // namespace pcai::fit
