// Whole loads with our kernels, as a server makes them: requests beside each other, a cancel, an
// unload.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "backend/blocking.h"
#include "backend/recording_sink.h"
#include "llamacpp/real_model.h"
#include "llamacpp/small_model.h"
#include "models/temporary_folder.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint32_t kThreads = 4;  // more than most steps have work for

/// Requests beside each other, one of them cancelled, and an unload in the middle of another.
void use(std::unique_ptr<LoadedModel> model) {
  std::shared_ptr<backend::RecordingSink> sinks[4];
  for (RequestId id = 0; id < 3; ++id) {
    sinks[id] = std::make_shared<backend::RecordingSink>();
    ASSERT_TRUE(model->submit(id, read(30, static_cast<int>(id), id == 2 ? 200 : 8), sinks[id]));
  }
  EXPECT_TRUE(sinks[2]->wait_for(1));
  model->cancel(2);
  for (int i = 0; i < 3; ++i) sinks[i]->wait();
  EXPECT_NE(backend::finished_in(sinks[0]->events()), nullptr);
  EXPECT_NE(backend::finished_in(sinks[1]->events()), nullptr);
  sinks[3] = std::make_shared<backend::RecordingSink>();
  ASSERT_TRUE(model->submit(3, read(30, 3, 200), sinks[3]));
  EXPECT_TRUE(sinks[3]->wait_for(1));
  model.reset();
  for (const auto& sink : sinks) EXPECT_TRUE(sink->kept_the_rules());
}

class KernelsInUseTest : public RealModelTest {
 protected:
  void SetUp() override {}  // no model that all tests share
  static std::unique_ptr<LoadedModel> load(const std::filesystem::path& path,
                                           std::uint32_t threads) {
    auto model = RealModelTest::load(
        {.model_path = path, .context_length = 1024, .threads = threads, .max_sequences = 4});
    EXPECT_TRUE(model) << model.error().message;
    return model ? std::move(*model) : nullptr;
  }
};

TEST_F(KernelsInUseTest, TwoModelsAnswerCancelAndUnloadBesideEachOther) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("every-format.gguf", test::model_of_every_format());
  std::thread other([&] { use(load(path, kThreads)); });
  use(load(path, kThreads));
  other.join();
}

TEST_F(KernelsInUseTest, TheDefaultModelAnswersCancelsAndUnloads) {
  if (!std::filesystem::exists(path())) GTEST_SKIP() << "no model at " << path();
  use(load(path(), kThreads));
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return resident * 4096;
}

TEST_F(KernelsInUseTest, FiftyLoadsAndUnloadsLeaveNoMemory) {
  constexpr int kLoads = 50;
  constexpr double kMebibyte = 1 << 20;
  constexpr double kBound = 32 * kMebibyte;  // what an allocator keeps goes up and down
  if (!std::filesystem::exists(path())) GTEST_SKIP() << "no model at " << path();
  double fifth = 0;  // the first loads bring what a process needs once
  for (int i = 1; i <= kLoads; ++i) {
    auto model = load(path(), 2);
    ASSERT_TRUE(model);
    ASSERT_TRUE(generate(*model, ask("Hi", 2)));
    model.reset();
    if (i == 5) fifth = static_cast<double>(resident_bytes());
  }
  const auto last = static_cast<double>(resident_bytes());
  std::printf("resident after %d loads: %.1f MiB; after five: %.1f MiB\n", kLoads, last / kMebibyte,
              fifth / kMebibyte);
  EXPECT_LT(last, fifth + kBound);
}

}  // namespace
}  // namespace pcai::backend::llamacpp
