#include <algorithm>
#include <thread>

#include "contract/contract_fixture.h"

namespace pcai::backend {
namespace {

/// Remembers the fractions and aborts after so many.
class Watcher final : public LoadProgress {
 public:
  explicit Watcher(std::size_t abort_at = SIZE_MAX) : abort_at_(abort_at) {}

  bool on_progress(float fraction) noexcept override {
    fractions.push_back(fraction);
    return fractions.size() < abort_at_;
  }

  std::vector<float> fractions;

 private:
  std::size_t abort_at_;
};

TEST_P(BackendContractTest, TheDescriptorNamesItself) {
  const auto backend = GetParam().create_backend();
  ASSERT_TRUE(backend.has_value());
  EXPECT_FALSE((*backend)->descriptor().name.empty());
  EXPECT_FALSE((*backend)->descriptor().formats.empty());
}

TEST_P(BackendContractTest, TheModelSaysWhatItIs) {
  const ModelInfo& info = model().info();
  EXPECT_EQ(info.id, GetParam().spec.id);
  EXPECT_FALSE(info.backend.empty());
  EXPECT_FALSE(info.architecture.empty());
  EXPECT_GT(info.context_length, 0U);
  EXPECT_GE(info.max_sequences, 1U);
  EXPECT_TRUE(model().alive());
}

TEST_P(BackendContractTest, TheContextIsAsLongAsTheConfigSays) {
  const auto loaded = load([](ModelConfig& config) { config.context_length = 256; });
  ASSERT_NE(loaded.model, nullptr);
  EXPECT_EQ(loaded.model->info().context_length, 256U);
}

TEST_P(BackendContractTest, ALoadReportsRisingProgress) {
  const auto backend = GetParam().create_backend();
  ASSERT_TRUE(backend.has_value());
  Watcher watcher;
  ASSERT_TRUE((*backend)->load(GetParam().spec, watcher).has_value());
  ASSERT_FALSE(watcher.fractions.empty());
  EXPECT_TRUE(std::is_sorted(watcher.fractions.begin(), watcher.fractions.end()));
  EXPECT_GE(watcher.fractions.front(), 0.0F);
  EXPECT_LE(watcher.fractions.back(), 1.0F);
}

TEST_P(BackendContractTest, AnAbortedLoadIsCancelled) {
  const auto backend = GetParam().create_backend();
  ASSERT_TRUE(backend.has_value());
  Watcher watcher(1);
  const auto loaded = (*backend)->load(GetParam().spec, watcher);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, ErrorCode::Cancelled);
}

TEST_P(BackendContractTest, AMissingFileIsAnInvalidModelWithItsName) {
  const auto backend = GetParam().create_backend();
  ASSERT_TRUE(backend.has_value());
  ModelSpec spec = GetParam().spec;
  spec.config.model_path = "/nowhere/missing.gguf";
  NoProgress progress;
  const auto loaded = (*backend)->load(spec, progress);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, ErrorCode::InvalidModel);
  EXPECT_NE(loaded.error().message.find("missing.gguf"), std::string::npos)
      << loaded.error().message;
}

TEST_P(BackendContractTest, TwoLoadsMayRunSideBySide) {
  const auto backend = GetParam().create_backend();
  ASSERT_TRUE(backend.has_value());
  std::unique_ptr<LoadedModel> models[2];
  const auto load_into = [&](std::unique_ptr<LoadedModel>& place) {
    NoProgress progress;
    auto loaded = (*backend)->load(GetParam().spec, progress);
    if (loaded) place = std::move(*loaded);
  };
  std::thread first([&] { load_into(models[0]); });
  std::thread second([&] { load_into(models[1]); });
  first.join();
  second.join();
  for (const auto& loaded : models) {
    ASSERT_NE(loaded, nullptr);
    EXPECT_NE(finished_in(run(*loaded, chat_request("hello", greedy(2)))), nullptr);
  }
}

TEST_P(BackendContractTest, AModelThatWasNeverUsedCanBeDestroyed) {
  auto loaded = load();
  ASSERT_NE(loaded.model, nullptr);
  loaded.model.reset();
}

}  // namespace
}  // namespace pcai::backend
