#include "fit/gpu_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace pcai::fit {
namespace {

using testing::DoubleEq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

/// Gives the fake drivers (fake_drivers.cpp) their GPUs.
class FindGpusTest : public testing::Test {
 protected:
  ~FindGpusTest() override {
    ::unsetenv("PCAI_TEST_GPUS");
    ::unsetenv("PCAI_TEST_DRIVER_FAILS");
  }
  static void set_gpus(const char* gpus) { ::setenv("PCAI_TEST_GPUS", gpus, 1); }
  static void fail_in(const char* function) { ::setenv("PCAI_TEST_DRIVER_FAILS", function, 1); }

  const platform::DriverNames none_ = {"/nowhere/cuda.so", "/nowhere/nvml.so",
                                       "/nowhere/vulkan.so"};
  const platform::DriverNames nvidia_ = {PCAI_FAKE_DRIVERS, PCAI_FAKE_DRIVERS,
                                         "/nowhere/vulkan.so"};
  const platform::DriverNames vulkan_ = {"/nowhere/cuda.so", "/nowhere/nvml.so", PCAI_FAKE_DRIVERS};
  const platform::DriverNames both_ = {PCAI_FAKE_DRIVERS, PCAI_FAKE_DRIVERS, PCAI_FAKE_DRIVERS};
};

TEST_F(FindGpusTest, WithoutDriversThereAreNone) {
  EXPECT_THAT(find_gpus(none_), IsEmpty());
}

TEST_F(FindGpusTest, NvidiasDriverTellsNamesAndMemory) {
  set_gpus("NVIDIA RTX 4090/24576/23000;NVIDIA RTX 3060/12288/9000");
  const std::vector<Device> gpus = find_gpus(nvidia_);
  ASSERT_THAT(gpus, SizeIs(2));
  EXPECT_EQ(gpus[1].name, "NVIDIA RTX 3060");
  EXPECT_EQ(gpus[1].kind, DeviceKind::Gpu);
  EXPECT_EQ(gpus[1].index, 1);
  EXPECT_EQ(gpus[1].driver, "cuda");
  EXPECT_EQ(gpus[1].memory_total, 12 * kGiB);
  EXPECT_EQ(gpus[0].memory_free, std::uint64_t{23000} << 20);
}

TEST_F(FindGpusTest, ADriverThatFailsGivesNone) {
  set_gpus("NVIDIA RTX 4090/24576/23000");
  for (const char* function : {"cuInit", "cuDeviceGetCount", "vkCreateInstance"}) {
    SCOPED_TRACE(function);
    fail_in(function);
    EXPECT_THAT(find_gpus(function[0] == 'c' ? nvidia_ : vulkan_), IsEmpty());
  }
}

TEST_F(FindGpusTest, WithoutTheManagementLibraryAllMemoryCountsAsFree) {
  set_gpus("NVIDIA RTX 4090/24576/23000");
  fail_in("nvmlInit_v2");
  const std::vector<Device> gpus = find_gpus(nvidia_);
  ASSERT_THAT(gpus, SizeIs(1));
  EXPECT_EQ(gpus[0].memory_free, 24 * kGiB);
}

TEST_F(FindGpusTest, VulkanTellsOfOthersAndNotOfSoftware) {
  set_gpus("AMD Radeon RX 7900/20480/20000;llvmpipe/1/1");
  const std::vector<Device> gpus = find_gpus(vulkan_);
  ASSERT_THAT(gpus, SizeIs(1));
  EXPECT_EQ(gpus[0].name, "AMD Radeon RX 7900");
  EXPECT_EQ(gpus[0].driver, "vulkan");
  EXPECT_EQ(gpus[0].memory_total, 20 * kGiB);
  EXPECT_EQ(gpus[0].memory_free, std::uint64_t{20000} << 20);
}

TEST_F(FindGpusTest, AGpuThatBothKnowIsListedOnce) {
  set_gpus("NVIDIA RTX 4090/24576/23000");
  const std::vector<Device> gpus = find_gpus(both_);
  ASSERT_THAT(gpus, SizeIs(1));
  EXPECT_EQ(gpus[0].driver, "cuda");
}

Device gpu(std::int32_t index, std::uint64_t gibibytes) {
  return {.name = "GPU " + std::to_string(index),
          .kind = DeviceKind::Gpu,
          .index = index,
          .memory_total = gibibytes * kGiB};
}

TEST(GpuConfigTest, IsOneOfThreeByTheNumberOfGpus) {
  EXPECT_TRUE(std::holds_alternative<CpuOnly>(gpu_config({Device{.name = "CPU"}})));
  const GpuConfig one = gpu_config({Device{.name = "CPU"}, gpu(0, 24)});
  ASSERT_TRUE(std::holds_alternative<SingleGpu>(one));
  EXPECT_EQ(std::get<SingleGpu>(one).vram_mb, 24U << 10);
  const GpuConfig two = gpu_config({gpu(0, 24), Device{.name = "CPU"}, gpu(1, 8)});
  ASSERT_TRUE(std::holds_alternative<MultiGpu>(two));
  const std::vector<GpuPart>& parts = std::get<MultiGpu>(two).devices;
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_THAT(parts[0].layer_fraction, DoubleEq(0.75));
  EXPECT_THAT(parts[1].layer_fraction, DoubleEq(0.25));
  EXPECT_EQ(parts[1].device_id, 1);
}

TEST(GpuConfigTest, IsFoundOnThisMachineWithoutFailing) {
  detect_gpus();
}

}  // namespace
}  // namespace pcai::fit
