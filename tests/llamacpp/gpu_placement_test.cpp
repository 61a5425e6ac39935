#include "backend/llamacpp/load/gpu_placement.h"

#include <gmock/gmock.h>

#include <numeric>

namespace pcai::backend::llamacpp {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

/// Twelve layers of 1 GiB and an output of as much.
fit::ModelMemory large_model() {
  fit::ModelMemory needs{.layers = std::vector<fit::LayerMemory>(12), .output = {.weights = kGiB}};
  for (fit::LayerMemory& layer : needs.layers) layer.weights = kGiB;
  needs.train_context = 512;
  needs.vocabulary = 1000;
  needs.embedding = 64;
  needs.feed_forward = 128;
  return needs;
}

std::vector<fit::Device> machine(const std::vector<std::uint64_t>& gpus) {
  std::vector<fit::Device> devices = {
      {.name = "cpu", .memory_total = 64 * kGiB, .memory_free = 64 * kGiB}};
  for (const std::uint64_t free : gpus) {
    devices.push_back({.name = "gpu",
                       .kind = fit::DeviceKind::Gpu,
                       .index = static_cast<std::int32_t>(devices.size()) - 1,
                       .memory_total = free,
                       .memory_free = free});
  }
  return devices;
}

GpuPlacement placed(ModelConfig config, const std::vector<fit::Device>& devices) {
  auto placement = GpuPlacement::plan(large_model(), config, devices);
  EXPECT_TRUE(placement) << placement.error().message;
  return placement ? *placement : GpuPlacement();
}

TEST(GpuPlacementTest, WithoutAGpuNoLayerGoesThere) {
  EXPECT_EQ(placed({}, machine({})).gpu_layers(), 0);
  EXPECT_EQ(placed({.gpu_layers = 7}, machine({})).gpu_layers(), 0);
}

TEST(GpuPlacementTest, AsManyLayersAsFitSplitByFreeMemory) {
  const std::vector<fit::Device> devices = machine({8 * kGiB, 4 * kGiB});
  const GpuPlacement placement = placed({}, devices);
  EXPECT_EQ(placement.gpu_layers(),
            static_cast<std::int32_t>(fit::plan_memory(large_model(), {}, devices).gpu_layers));
  EXPECT_GT(placement.gpu_layers(), 0);
  EXPECT_LT(placement.gpu_layers(), 13);
  EXPECT_NEAR(placement.split().at(0), 2.0 / 3, 1e-6);
  EXPECT_NEAR(placement.split().at(1), 1.0 / 3, 1e-6);
  EXPECT_NEAR(std::accumulate(placement.split().begin(), placement.split().end(), 0.0), 1, 1e-6);
}

TEST(GpuPlacementTest, AllLayersGoWhereThereIsRoomForAll) {
  EXPECT_EQ(placed({}, machine({32 * kGiB})).gpu_layers(), 13);
  EXPECT_EQ(placed({.gpu_layers = 5}, machine({32 * kGiB})).gpu_layers(), 5);
  EXPECT_EQ(placed({.gpu_layers = 0}, machine({32 * kGiB})).gpu_layers(), 0);
}

TEST(GpuPlacementTest, OnlyTheGpusThatAreNamedAreUsed) {
  const GpuPlacement one = placed({.gpu_devices = {{1}}}, machine({4 * kGiB, 32 * kGiB}));
  EXPECT_EQ(one.gpu_layers(), 13);
  EXPECT_NEAR(one.split().at(0), 1, 1e-6);
  const auto none =
      GpuPlacement::plan(large_model(), {.gpu_devices = {{2}}}, machine({kGiB, kGiB}));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().field, "gpu_devices");
  EXPECT_THAT(none.error().message, HasSubstr("no GPU 2; number of GPUs that llama.cpp finds: 2"));
}

TEST(GpuPlacementTest, TheProcessorIsAlwaysThere) {
  const std::vector<fit::Device> devices = compute_devices();
  ASSERT_FALSE(devices.empty());
  EXPECT_EQ(devices.front().kind, fit::DeviceKind::Cpu);
  EXPECT_GT(devices.front().memory_free, 0U);
}

}  // namespace
}  // namespace pcai::backend::llamacpp
