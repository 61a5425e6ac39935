#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <stop_token>
#include <thread>

#include "backend/blocking.h"
#include "backend/worker/worker_model.h"
#include "worker/worker_fixture.h"

namespace pcai::backend::worker {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// What must hold once a worker has died under `sink`'s request.
void expect_dead(WorkerModel& model, backend::RecordingSink& sink, const std::string& why) {
  const Error error = end_of(sink);
  EXPECT_EQ(error.code, ErrorCode::WorkerDied);
  EXPECT_THAT(error.message, HasSubstr(why));
  EXPECT_THAT(error.message, HasSubstr("process of model 'fake-model'"));
  EXPECT_FALSE(model.alive());
  auto late = std::make_shared<backend::RecordingSink>();
  const Status status = model.submit(1'000'000, text_request("late"), late);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::WorkerDied);
  EXPECT_TRUE(late->events().empty());
  model.cancel(1);
  EXPECT_EQ(model.stats().sequences_running, 0U);
}

TEST(WorkerDeathTest, KilledInPrefillFailsTheRequest) {
  const auto model = load_worker();
  EXPECT_TRUE(model->alive());
  const auto sink = submit(*model, 1, "fake: prefill_ms=600000");
  ::kill(model->process_id(), SIGKILL);
  expect_dead(*model, *sink, "was ended by SIGKILL");
  EXPECT_EQ(sink->events().size(), 1U);
}

TEST(WorkerDeathTest, KilledInDecodeFailsEveryRequestOnceAfterItsText) {
  const auto model = load_worker();
  std::vector<std::shared_ptr<backend::RecordingSink>> sinks;
  for (RequestId id = 1; id <= 5; ++id) {
    sinks.push_back(submit(*model, id, "fake: tokens=1000000 delay_ms=1"));
  }
  for (const auto& sink : sinks) sink->wait_for(3);
  ::kill(model->process_id(), SIGKILL);
  for (const auto& sink : sinks) {
    expect_dead(*model, *sink, "was ended by SIGKILL");
    EXPECT_NE(backend::text_of(sink->events()), "");
    wait_until([&] { return sink.use_count() == 1; });
  }
}

TEST(WorkerDeathTest, AnEmbeddingThatEndsTheProcessFailsAlone) {
  const auto model = load_worker();
  const auto embeddings =
      model->embedder()->embed({.inputs = {TextPrompt{"fake: crash"}}}, std::stop_token());
  ASSERT_FALSE(embeddings.has_value());
  EXPECT_EQ(embeddings.error().code, ErrorCode::WorkerDied);
  const auto late = model->token_codec()->tokenize({.text = "late"}, std::stop_token());
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::WorkerDied);
}

TEST(WorkerDeathTest, AQueryThatHangsCanBeGivenUp) {
  const auto model = load_worker();
  std::stop_source stop;
  std::thread stopper([&] { stop.request_stop(); });
  const auto embeddings =
      model->embedder()->embed({.inputs = {TextPrompt{"fake: hang"}}}, stop.get_token());
  stopper.join();
  ASSERT_FALSE(embeddings.has_value());
  EXPECT_EQ(embeddings.error().code, ErrorCode::Cancelled);
  EXPECT_TRUE(model->token_codec()->tokenize({.text = "goes on"}, std::stop_token()).has_value());
}

TEST(WorkerDeathTest, KilledWhileLoadingFailsTheLoad) {
  RecordingProgress progress;
  progress.decide = [](float) {
    for (const int child : child_processes()) ::kill(child, SIGKILL);
    return true;
  };
  const auto model = load_worker(patient_options(), fake_spec("load_ms=600000.fake"), progress);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::WorkerDied);
  EXPECT_THAT(model.error().message, HasSubstr("SIGKILL"));
  EXPECT_TRUE(child_processes().empty());
}

TEST(WorkerDeathTest, ALoadThatAbortsFailsOnlyTheLoad) {
  NoProgress progress;
  const auto model = load_worker(patient_options(), fake_spec("load_crash.fake"), progress);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::WorkerDied);
  EXPECT_THAT(model.error().message, HasSubstr("SIGABRT"));
}

TEST(WorkerDeathTest, AnAbortInTheBackendNamesItsSignal) {
  const auto model = load_worker();
  const auto sink = submit(*model, 1, "fake: tokens=10 crash=3");
  expect_dead(*model, *sink, "was ended by SIGABRT");
  EXPECT_EQ(sink->events().size(), 4U) << "what was said before the crash arrives";
}

TEST(WorkerDeathTest, AStoppedWorkerIsEndedForItsSilence) {
  WorkerOptions options = patient_options();
  options.silence_timeout = milliseconds(2000);
  const auto model = load_worker(options);
  const auto sink = submit(*model, 1, "fake: tokens=1000000 delay_ms=1");
  sink->wait_for(3);
  ::kill(model->process_id(), SIGSTOP);
  expect_dead(*model, *sink, "was ended: it sent nothing for 2 s");
}

TEST(WorkerDeathTest, AWorkerStoppedWhileLoadingIsEndedForItsSilence) {
  WorkerOptions options = patient_options();
  options.silence_timeout = milliseconds(2000);
  RecordingProgress progress;
  progress.decide = [](float) {
    for (const int child : child_processes()) ::kill(child, SIGSTOP);
    return true;
  };
  const auto model = load_worker(options, fake_spec("load_ms=600000.fake"), progress);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::WorkerDied);
  EXPECT_THAT(model.error().message, HasSubstr("it sent nothing"));
}

TEST(WorkerDeathTest, AHangingModelIsEndedForItsLackOfSteps) {
  WorkerOptions options = patient_options();
  options.stall_timeout = milliseconds(1000);
  const auto model = load_worker(options);
  const auto sink = submit(*model, 1, "fake: tokens=10 hang=2");
  expect_dead(*model, *sink, "its requests made no progress for 1 s");
  EXPECT_LE(sink->events().size(), 3U);
}

TEST(WorkerDeathTest, AnIdleWorkerOutlivesTheStallLimit) {
  WorkerOptions options = patient_options();
  options.stall_timeout = milliseconds(50);
  const auto idle = load_worker(options);
  const auto busy = load_worker();
  const auto sink = submit(*busy, 1, "fake: tokens=50 delay_ms=10");  // ten times as long
  EXPECT_EQ(end_of(*sink).message, "finished");
  EXPECT_TRUE(idle->alive());
}

TEST(WorkerDeathTest, UnloadingAStoppedWorkerIsBounded) {
  WorkerOptions options = patient_options();
  options.shutdown_timeout = milliseconds(200);
  auto model = load_worker(options);
  const auto sink = submit(*model, 1, "fake: tokens=1000000 delay_ms=1");
  ::kill(model->process_id(), SIGSTOP);
  model.reset();
  EXPECT_EQ(end_of(*sink).code, ErrorCode::Cancelled);
  EXPECT_TRUE(child_processes().empty());
}

TEST(WorkerDeathTest, UnloadingADeadWorkerDoesNothingMore) {
  auto model = load_worker();
  const auto sink = submit(*model, 1, "fake: crash");
  sink->wait();
  model.reset();
  EXPECT_EQ(sink->events().size(), 1U);
}

TEST(WorkerDeathTest, AStuckWorkerBlocksNoCallerButTheOneThatSubmits) {
  const auto model = load_worker();
  const auto running = submit(*model, 1, "fake: tokens=1000000 delay_ms=1");
  ::kill(model->process_id(), SIGSTOP);
  // More than any socket buffer holds.
  const std::string prompt = std::string(8 << 20, 'x') + "\nfake: reply=long";
  auto sink = std::make_shared<backend::RecordingSink>();
  Status status;
  std::thread submitter([&] { status = model->submit(2, text_request(prompt), sink); });
  for (RequestId id = 1; id < 1000; ++id) model->cancel(id);
  model->stats();
  ::kill(model->process_id(), SIGCONT);
  submitter.join();
  EXPECT_TRUE(status);
  EXPECT_EQ(end_of(*running).code, ErrorCode::Cancelled);
  sink->wait();
  EXPECT_THAT(backend::text_of(sink->events()),
              testing::AnyOf("long", ""));  // "": one of the cancels was in time
}

TEST(WorkerDeathTest, SiblingsAreNotAffected) {
  const auto healthy = load_worker();
  const auto doomed = load_worker();
  const auto sink = submit(*healthy, 1, "fake: tokens=200 delay_ms=1");
  const auto dying = submit(*doomed, 1, "fake: crash=5 tokens=10");
  expect_dead(*doomed, *dying, "SIGABRT");
  EXPECT_TRUE(end_of(*sink).message == "finished");
  EXPECT_TRUE(healthy->alive());
}

// --- workers that a hostile model has taken over -------------------------------------------------

struct RogueCase {
  const char* kind;
  const char* why;
};

void PrintTo(const RogueCase& rogue, std::ostream* out) {
  *out << rogue.kind;
}

class RogueWorkerTest : public testing::TestWithParam<RogueCase> {};

TEST_P(RogueWorkerTest, IsEndedAndItsRequestFails) {
  const auto model = load_worker(rogue_options(GetParam().kind));
  auto sink = std::make_shared<backend::RecordingSink>();
  const Status status = model->submit(1, text_request("hi"), sink);
  const Error error = status ? end_of(*sink) : status.error();
  EXPECT_EQ(error.code, ErrorCode::WorkerDied);
  EXPECT_THAT(error.message, HasSubstr(GetParam().why));
  EXPECT_EQ(sink->ended(), status.has_value());
  EXPECT_LT(backend::text_of(sink->events()).size(), std::size_t{2} << 20);
  EXPECT_FALSE(model->alive());
}

constexpr const char* kOdd = "was ended: it sent an invalid message";

INSTANTIATE_TEST_SUITE_P(
    Kinds, RogueWorkerTest,
    testing::Values(RogueCase{"length_zero", kOdd}, RogueCase{"length_huge", kOdd},
                    RogueCase{"not_msgpack", kOdd}, RogueCase{"nested", kOdd},
                    RogueCase{"no_utf8", kOdd}, RogueCase{"huge_index", kOdd},
                    RogueCase{"accepted", kOdd}, RogueCase{"floods_text", kOdd},
                    RogueCase{"loaded_again", kOdd}, RogueCase{"refused_later", kOdd},
                    RogueCase{"closes", "was ended"},
                    RogueCase{"exits", "ended with exit code 42"}),
    [](const auto& rogue) { return std::string(rogue.param.kind); });

TEST(RogueTest, WhatItWroteLastIsInTheErrorAndCannotForgeALine) {
  const auto model = load_worker(rogue_options("asserts"));
  auto sink = std::make_shared<backend::RecordingSink>();
  const Status status = model->submit(1, text_request("hi"), sink);
  ASSERT_FALSE(status);
  EXPECT_THAT(
      status.error().message,
      AllOf(HasSubstr("was ended by SIGABRT: "),
            HasSubstr("model.cpp:7: GGML_ASSERT(n > 0) ?[31mfailed"), Not(HasSubstr("\n"))));
}

TEST(RogueTest, MessagesAboutUnknownRequestsAreIgnored) {
  const auto model = load_worker(rogue_options("unknown_ids"));
  for (RequestId id = 10; id < 100; id += 10) {
    const auto sink = submit(*model, id, "hi");
    sink->wait();
    EXPECT_EQ(sink->events().size(), 1U);
  }
  EXPECT_TRUE(model->alive());
}

TEST(RogueTest, AFloodOnStderrBlocksNothing) {
  const auto model = load_worker(rogue_options("floods_stderr"));
  const auto sink = submit(*model, 1, "hi");
  EXPECT_TRUE(end_of(*sink).message == "finished");
}

TEST(RogueTest, ASubmitThatIsNeverAnsweredEndsIt) {
  WorkerOptions options = rogue_options("never_answers");
  options.stall_timeout = milliseconds(1000);
  const auto model = load_worker(options);
  auto sink = std::make_shared<backend::RecordingSink>();
  const Status status = model->submit(1, text_request("hi"), sink);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::WorkerDied);
}

}  // namespace
}  // namespace pcai::backend::worker
