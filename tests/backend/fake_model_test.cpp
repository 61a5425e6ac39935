#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/fake_fixture.h"

namespace pcai::backend {
namespace {

using testing::HasSubstr;

GenerateParams endless(std::uint32_t max_tokens = 1'000'000) {
  GenerateParams params;
  params.ignore_eos = true;
  params.max_tokens = max_tokens;
  return params;
}

std::shared_ptr<RecordingSink> submit(LoadedModel& model, RequestId id, GenerateRequest request) {
  auto sink = std::make_shared<RecordingSink>();
  const Status status = model.submit(id, std::move(request), sink);
  EXPECT_TRUE(status.has_value()) << status.error().message;
  return sink;
}

Result<std::unique_ptr<LoadedModel>> load(const std::filesystem::path& path,
                                          fake::FakeOptions options = {}) {
  fake::FakeBackend backend(std::move(options));
  NoProgress progress;
  return backend.load({.id = "m", .config = {.model_path = path}}, progress);
}

TEST(FakeBackendTest, NeedsNoFileForAPathOfItsOwnKind) {
  EXPECT_TRUE(load("").has_value());
  EXPECT_TRUE(load("nowhere/any.fake").has_value());
}

TEST(FakeBackendTest, AnyOtherPathMustExist) {
  const auto model = load("nowhere/model.gguf");
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().code, ErrorCode::InvalidModel);
  EXPECT_THAT(model.error().message, HasSubstr("nowhere/model.gguf"));
}

TEST(FakeBackendTest, TheFileNameMayMakeTheLoadFail) {
  const auto model = load("load_fail.fake");
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().code, ErrorCode::InvalidModel);
}

TEST(FakeBackendTest, ALoadReportsItsProgressAndCanBeAborted) {
  class Watcher final : public LoadProgress {
   public:
    bool on_progress(float fraction) noexcept override {
      fractions.push_back(fraction);
      return fractions.size() < abort_at;
    }
    std::vector<float> fractions;
    std::size_t abort_at = SIZE_MAX;
  };
  fake::FakeBackend backend;
  Watcher whole;
  EXPECT_TRUE(backend.load({.id = "m"}, whole).has_value());
  EXPECT_TRUE(std::is_sorted(whole.fractions.begin(), whole.fractions.end()));
  EXPECT_EQ(whole.fractions.front(), 0.0F);
  EXPECT_EQ(whole.fractions.back(), 1.0F);

  Watcher aborted;
  aborted.abort_at = 2;
  const auto model =
      backend.load({.id = "m", .config = {.model_path = "load_ms=100.fake"}}, aborted);
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().code, ErrorCode::Cancelled);
  EXPECT_EQ(aborted.fractions.size(), 2U);
}

TEST(FakeBackendDeathTest, TheFileNameMayEndTheProcess) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(static_cast<void>(load("load_crash.fake")), "");
}

TEST(FakeBackendTest, OnlySoManyLoadsFail) {
  fake::FakeOptions options;
  options.load_error = Error{ErrorCode::InvalidModel, "scripted"};
  options.failing_loads = 2;
  fake::FakeBackend backend(options);
  NoProgress progress;
  EXPECT_FALSE(backend.load({.id = "m"}, progress).has_value());
  EXPECT_FALSE(backend.load({.id = "m"}, progress).has_value());
  EXPECT_TRUE(backend.load({.id = "m"}, progress).has_value());
}

TEST(FakeBackendTest, TheModelSaysWhatItsConfigAsked) {
  const auto model = load_fake({}, {.context_length = 77, .max_sequences = 3});
  EXPECT_EQ(model->info().id, "fake");
  EXPECT_EQ(model->info().backend, "fake");
  EXPECT_EQ(model->info().context_length, 77U);
  EXPECT_EQ(model->info().max_sequences, 3U);
}

TEST(FakeModelDeathTest, CrashEndsTheProcess) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(
      {
        const auto model = load_fake();
        submit(*model, 1, chat_request("fake: crash=1"))->wait();
      },
      "");
}

TEST(FakeModelTest, HangStopsAllRequestsUntilTheModelIsDestroyed) {
  auto model = load_fake();
  const auto hanging = submit(*model, 1, chat_request("fake: hang=1"));
  ASSERT_TRUE(hanging->wait_for(1));
  const auto other = submit(*model, 2, chat_request("hello"));
  model->cancel(1);
  model->cancel(2);
  EXPECT_EQ(hanging->events().size(), 1U);
  EXPECT_TRUE(other->events().empty());
  model.reset();
  EXPECT_TRUE(hanging->kept_the_rules());
  EXPECT_TRUE(other->kept_the_rules());
  ASSERT_NE(failed_in(other->events()), nullptr);
  EXPECT_EQ(failed_in(other->events())->error.code, ErrorCode::Cancelled);
}

TEST(FakeModelTest, FailAfterFailsThatRequestOnly) {
  const auto model = load_fake();
  const auto failing = submit(*model, 1, chat_request("a b c d\nfake: fail_after=3"));
  const auto fine = submit(*model, 2, chat_request("hello"));
  const auto events = failing->wait();
  ASSERT_NE(failed_in(events), nullptr);
  EXPECT_EQ(failed_in(events)->error.code, ErrorCode::Internal);
  EXPECT_EQ(failed_in(events)->usage.completion_tokens, 3U);
  EXPECT_NE(finished_in(fine->wait()), nullptr);
}

TEST(FakeModelTest, ReasoningComesFirst) {
  const auto model = load_fake();
  const auto events = submit(*model, 1, chat_request("why\nfake: reasoning=2"))->wait();
  EXPECT_TRUE(std::holds_alternative<ReasoningDelta>(events.at(0)));
  EXPECT_TRUE(std::holds_alternative<ReasoningDelta>(events.at(1)));
  EXPECT_EQ(text_of(events), " why");
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_EQ(finished_in(events)->usage.reasoning_tokens, 2U);
  EXPECT_EQ(finished_in(events)->usage.completion_tokens, 3U);
}

TEST(FakeModelTest, ReasoningEndsAtItsBudget) {
  const auto model = load_fake();
  GenerateParams params;
  params.reasoning_budget = 1;
  const auto events = submit(*model, 1, chat_request("why\nfake: reasoning=2", params))->wait();
  EXPECT_EQ(text_of(events), " said: why");
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_EQ(finished_in(events)->usage.reasoning_tokens, 1U);
}

TEST(FakeModelTest, LogprobsOfReasoningComeWithTheNextText) {
  const auto model = load_fake();
  GenerateParams params;
  params.logprobs = true;
  const auto events = submit(*model, 1, chat_request("why\nfake: reasoning=2", params))->wait();
  EXPECT_EQ(logprobs_of(events).size(), 3U);
}

TEST(FakeModelTest, ASeenPrefixIsCachedButItsLastTokenIsComputed) {
  const auto model = load_fake();
  const auto cached = [&](RequestId id, const char* text) {
    return finished_in(submit(*model, id, chat_request(text))->wait())->usage.cached_tokens;
  };
  EXPECT_EQ(cached(1, "one two three"), 0U);
  EXPECT_EQ(cached(2, "one two three"), 2U);
  EXPECT_EQ(cached(3, "one two three four five"), 3U);
  EXPECT_EQ(cached(4, "two three"), 0U);
}

TEST(FakeModelTest, MoreThanMaxSequencesWait) {
  fake::FakeOptions options;
  options.max_sequences = 2;
  const auto model = load_fake(options);
  std::vector<std::shared_ptr<RecordingSink>> sinks;
  for (RequestId id = 1; id <= 3; ++id) {
    sinks.push_back(submit(*model, id, chat_request("x\nfake: delay_ms=1", endless())));
  }
  ASSERT_TRUE(sinks[0]->wait_for(3));
  ASSERT_TRUE(sinks[1]->wait_for(3));
  EXPECT_TRUE(sinks[2]->events().empty());
  EXPECT_EQ(model->stats().sequences_running, 2U);
  EXPECT_EQ(model->stats().sequences_waiting, 1U);
  model->cancel(1);
  EXPECT_TRUE(sinks[2]->wait_for(1));
}

TEST(FakeModelTest, ARequestWaitsForItsKvCells) {
  fake::FakeOptions options;
  options.kv_cells = 20;
  const auto model = load_fake(options);
  const auto first = submit(*model, 1, chat_request("x\nfake: delay_ms=1", endless()));
  ASSERT_TRUE(first->wait_for(1));
  EXPECT_EQ(model->stats().kv_cells_total, 20U);
  EXPECT_EQ(model->stats().kv_cells_active, 20U);
  const auto second = submit(*model, 2, chat_request("y", endless(3)));
  EXPECT_EQ(model->stats().sequences_waiting, 1U);
  model->cancel(1);
  EXPECT_NE(finished_in(second->wait()), nullptr);
  EXPECT_EQ(model->stats().kv_cells_active, 0U);
}

TEST(FakeModelTest, StatsAreDoneBeforeTheLastEvent) {
  const auto model = load_fake();
  const auto events = submit(*model, 1, chat_request("a b"))->wait();
  const ModelStats stats = model->stats();
  EXPECT_EQ(stats.sequences_running, 0U);
  EXPECT_EQ(stats.sequences_waiting, 0U);
  EXPECT_EQ(stats.tokens_generated, 4U);
  EXPECT_EQ(stats.prompt_tokens_computed, 2U);
  EXPECT_EQ(stats.kv_cells_active, 0U);
}

TEST(FakeModelTest, LogitBiasIsRefusedByName) {
  const auto model = load_fake();
  GenerateParams params;
  params.logit_bias = {{1, 5.0F}};
  const Status status =
      model->submit(1, chat_request("x", params), std::make_shared<RecordingSink>());
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(status.error().field, "logit_bias");
}

}  // namespace
}  // namespace pcai::backend
