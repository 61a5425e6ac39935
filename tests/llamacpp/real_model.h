#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "backend/inference_backend.h"
#include "core/request.h"

namespace pcai::backend::llamacpp {

/// Tests on the default model ($PCAI_TEST_MODEL, or where `make build` puts it); skipped without
/// it.
class RealModelTest : public testing::Test {
 public:
  static std::filesystem::path path();

 protected:
  void SetUp() override;
  static void TearDownTestSuite();

  /// One model for all tests.
  LoadedModel& model() const { return *shared_; }

  static Result<std::unique_ptr<LoadedModel>> load(ModelConfig config);

 private:
  static std::unique_ptr<LoadedModel> shared_;
};

/// A greedy request over a chat with one user message.
GenerateRequest ask(std::string question, std::uint32_t max_tokens);

/// A greedy request over text of about so many tokens; `kind` makes texts that share no prefix.
GenerateRequest read(std::uint32_t tokens, int kind, std::uint32_t max_tokens);

/// Waits until `condition` holds, at most a minute.
bool eventually(const std::function<bool()>& condition);

}  // namespace pcai::backend::llamacpp
