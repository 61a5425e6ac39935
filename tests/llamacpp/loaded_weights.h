#pragma once

#include <gtest/gtest.h>

#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/model_file.h"
#include "llamacpp/real_model.h"

namespace pcai::backend::llamacpp {

/// Tests of what needs the default model's vocabulary and metadata only; skipped without it.
class LoadedWeightsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(RealModelTest::path())) GTEST_SKIP() << "no default model";
    if (weights_) return;
    capture_llama_log();
    NoProgress progress;
    auto loaded = load_weights({.model_path = RealModelTest::path()}, false, progress);
    ASSERT_TRUE(loaded) << loaded.error().message;
    weights_ = std::move(*loaded);
  }
  static void TearDownTestSuite() { weights_.reset(); }

  llama_model& weights() const { return *weights_; }

 private:
  static inline LlamaModelPtr weights_;
};

}  // namespace pcai::backend::llamacpp
