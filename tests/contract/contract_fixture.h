#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backend/recording_sink.h"
#include "contract/contract_subject.h"

namespace pcai::backend {

/// A model with the backend that it must not outlive.
struct LoadedSubject {
  std::unique_ptr<InferenceBackend> backend;
  std::unique_ptr<LoadedModel> model;
};

/// A request that a model took.
struct Started {
  RequestId id = 0;
  std::shared_ptr<RecordingSink> sink;

  std::vector<GenerateEvent> wait() const { return sink->wait(); }
};

/// Checks each promise of the comments in src/backend and src/core against any backend. What
/// depends on a capability is checked by what the descriptor claims: it works, or it is refused by
/// name.
class BackendContractTest : public testing::TestWithParam<ContractSubject> {
 protected:
  void SetUp() override;
  static void TearDownTestSuite();

  /// One model for all tests that do not need their own.
  LoadedModel& model() const { return *shared_->model; }

  const BackendCapabilities& capabilities() const {
    return shared_->backend->descriptor().capabilities;
  }

  /// A model of the test's own.
  LoadedSubject load(const std::function<void(ModelConfig&)>& change = {}) const;

  /// Submits; a refusal fails the test.
  static Started start(LoadedModel& model, GenerateRequest request);

  /// Submits, waits for the end and checks that the sink's rules were kept.
  static std::vector<GenerateEvent> run(LoadedModel& model, GenerateRequest request);

  /// The same, in a way that gives the same text each time: on a fresh model of its own, unless the
  /// backend is reproducible.
  std::vector<GenerateEvent> run_again(const GenerateRequest& request) const;

  /// The same for the second time: a prompt whose prefix is cached is computed in other pieces, and
  /// kernels round differently then, so only the second and later texts are comparable.
  static std::vector<GenerateEvent> run_warm(LoadedModel& model, const GenerateRequest& request);

  /// Submits what must be refused, checks that the sink got nothing and returns the error.
  static Error refusal(LoadedModel& model, GenerateRequest request);

  static RequestId new_id();

 private:
  const LoadedSubject* shared_ = nullptr;
};

/// Exactly this many tokens, most likely first.
GenerateParams greedy(std::uint32_t max_tokens);

/// As long as the context allows: what a test cancels.
GenerateParams endless();

/// Waits until `condition` holds, at most two minutes.
bool eventually(const std::function<bool()>& condition);

}  // namespace pcai::backend
