#include <gmock/gmock.h>

#include <thread>

#include "engine/engine_fixture.h"

namespace pcai::engine {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

class EngineRequestsTest : public ManualEngineTest {
 protected:
  /// A request that the model still has after its deadline, when the engine has asked for its end.
  std::unique_ptr<Generation> overdue() {
    for (milliseconds timeout(2);;
         timeout *= 2) {  // a short one may pass before the model is asked
      auto generation = generate({.prompt = TextPrompt{"x"}, .timeout = timeout});
      if (generation->next(backend::RecordingSink::kPatience).has_value() && !generation->done()) {
        EXPECT_TRUE(control_->wait([](const auto& counts) { return counts.cancels == 1; }));
        return generation;
      }
    }
  }
};

TEST_F(EngineRequestsTest, AcceptedComesFirstThenTheModelsEvents) {
  start_loaded();
  const auto generation = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  control_->emit(generation->id(), TextDelta{"a"});
  control_->emit(generation->id(), TextDelta{"b"});
  control_->finish(generation->id());
  const auto events = read_all(*generation);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<Accepted>(events[0]));
  EXPECT_EQ(backend::text_of(events), "ab");
  EXPECT_NE(backend::finished_in(events), nullptr);
  EXPECT_EQ(generation->next(milliseconds(0)), std::nullopt);
}

TEST_F(EngineRequestsTest, AcceptedComesFirstAlsoWhenTheModelIsFasterThanItsSubmit) {
  start_loaded();
  control_->set([](auto& settings) { settings.during_submit = {TextDelta{"fast"}, Finished{}}; });
  const auto events = read_all(*generate());
  ASSERT_EQ(events.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<Accepted>(events[0]));
  EXPECT_EQ(backend::text_of(events), "fast");
}

TEST_F(EngineRequestsTest, ARefusalOfTheModelIsTheOnlyEvent) {
  start_loaded();
  control_->set([](auto& settings) {
    settings.submit_error = Error{ErrorCode::ContextOverflow, "5 tokens, room for 4", "messages"};
  });
  const auto events = read_all(*generate());
  ASSERT_EQ(events.size(), 1U);
  ASSERT_NE(backend::failed_in(events), nullptr);
  EXPECT_EQ(backend::failed_in(events)->error.code, ErrorCode::ContextOverflow);
  EXPECT_EQ(backend::failed_in(events)->error.message, "5 tokens, room for 4");
  EXPECT_EQ(backend::failed_in(events)->error.field, "messages");
}

TEST_F(EngineRequestsTest, ASecondLastEventOfABrokenBackendIsIgnored) {
  start_loaded();
  control_->set([](auto& settings) { settings.during_submit = {Finished{}}; });
  const auto generation = generate();
  EXPECT_NE(backend::finished_in(read_all(*generation)), nullptr);
  EXPECT_TRUE(engine_->wait_idle(backend::RecordingSink::kPatience));
  EXPECT_EQ(engine_->stats().running, 0U);
}

TEST_F(EngineRequestsTest, TheEngineAddsItsTimesAndKeepsTheBackends) {
  start_loaded();
  const auto generation = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  control_->emit(generation->id(), TextDelta{"a"});
  control_->emit(generation->id(),
                 Finished{.timings = {.queue_ms = -1, .prefill_ms = 11, .decode_ms = 22}});
  const auto events = read_all(*generation);
  ASSERT_NE(backend::finished_in(events), nullptr);
  const Timings& timings = backend::finished_in(events)->timings;
  EXPECT_EQ(timings.prefill_ms, 11);
  EXPECT_EQ(timings.decode_ms, 22);
  EXPECT_GE(timings.queue_ms, 0);
  EXPECT_GE(timings.first_token_ms, timings.queue_ms);
}

TEST_F(EngineRequestsTest, UnknownModelsAreRefusedAndNoneIsTheDefault) {
  start_loaded();
  EXPECT_EQ(refusal({.model = "other", .prompt = TextPrompt{"x"}}), ErrorCode::ModelNotFound);
  const auto named = generate({.model = "m", .prompt = TextPrompt{"x"}});
  const auto unnamed = generate({.model = "", .prompt = TextPrompt{"x"}});
  EXPECT_NE(named->id(), unnamed->id());
}

TEST_F(EngineRequestsTest, AFullQueueRefusesUntilSomebodyLeavesIt) {
  start_loaded({.max_queue = 2});
  const auto running = generate();
  const auto first = generate();
  const auto second = generate();
  EXPECT_EQ(refusal(), ErrorCode::Overloaded);
  EXPECT_EQ(engine_->stats().queued, 2U);
  EXPECT_EQ(engine_->stats().running, 1U);
  EXPECT_EQ(engine_->stats().refused, 1U);
  EXPECT_EQ(engine_->stats().accepted, 3U);

  first->cancel();
  EXPECT_EQ(failure_of(*first), ErrorCode::Cancelled);
  const auto third = generate();
  EXPECT_EQ(refusal(), ErrorCode::Overloaded);
}

TEST_F(EngineRequestsTest, WithoutAQueueOnlyFreePlacesAreGiven) {
  start_loaded({.max_queue = 0});
  const auto running = generate();
  EXPECT_EQ(refusal(), ErrorCode::Overloaded);
  ASSERT_TRUE(control_->wait_taken(1));
  control_->finish(running->id());
  read_all(*running);
  EXPECT_NE(generate(), nullptr);
}

TEST_F(EngineRequestsTest, TheQueueIsOneForAllModels) {
  start_loaded({.max_queue = 2});
  ASSERT_TRUE(engine_->add_model({.id = "n", .backend = "manual"}).has_value());
  control_->set([](auto& settings) { settings.hold_loads = true; });
  const auto running = generate();
  const auto of_m = generate();
  const auto of_n = generate({.model = "n", .prompt = TextPrompt{"x"}});
  EXPECT_EQ(refusal(), ErrorCode::Overloaded);
  EXPECT_EQ(refusal({.model = "n", .prompt = TextPrompt{"x"}}), ErrorCode::Overloaded);
}

TEST_F(EngineRequestsTest, PlacesAreGivenInOrderOfArrival) {
  start_loaded();
  std::vector<std::unique_ptr<Generation>> generations;
  std::vector<RequestId> ids;
  for (int i = 0; i < 6; ++i) {
    generations.push_back(generate());
    ids.push_back(generations.back()->id());
  }
  generations[3]->cancel();
  for (const std::size_t index : {0U, 1U, 2U, 4U, 5U}) {
    ASSERT_TRUE(control_->wait_taken(index < 3 ? index + 1 : index));
    ASSERT_TRUE(control_->finish(ids[index]));
    EXPECT_NE(backend::finished_in(read_all(*generations[index])), nullptr);
  }
  EXPECT_THAT(control_->taken(), ElementsAre(ids[0], ids[1], ids[2], ids[4], ids[5]));
}

TEST_F(EngineRequestsTest, AsManyRunAsTheModelDecodesTogether) {
  control_->set([](auto& settings) { settings.max_sequences = 3; });
  start_loaded();
  std::vector<std::unique_ptr<Generation>> generations;
  for (int i = 0; i < 5; ++i) generations.push_back(generate());
  ASSERT_TRUE(control_->wait_taken(3));
  EXPECT_EQ(engine_->stats().running, 3U);
  EXPECT_EQ(engine_->stats().queued, 2U);
}

TEST_F(EngineRequestsTest, CancellingInTheQueueEndsAtOnceAndNeverReachesTheModel) {
  start_loaded();
  const auto running = generate();
  const auto waiting = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  waiting->cancel();
  const auto events = read_all(*waiting);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(backend::failed_in(events)->error.code, ErrorCode::Cancelled);
  EXPECT_GT(backend::failed_in(events)->timings.queue_ms, 0);
  EXPECT_EQ(engine_->stats().queued, 0U);
  EXPECT_EQ(control_->counts().submits, 1);
  EXPECT_EQ(control_->counts().cancels, 0);
}

TEST_F(EngineRequestsTest, CancellingBeforeAThreadSubmitsNeverReachesTheModel) {
  control_->set([](auto& settings) {
    settings.max_sequences = 2;
    settings.hold_submits = true;
  });
  start_loaded({.submit_threads = 1});
  const auto first = generate();
  ASSERT_TRUE(control_->wait([](const auto& counts) { return counts.submits == 1; }));
  const auto second = generate();
  EXPECT_EQ(engine_->stats().running, 2U);
  second->cancel();
  EXPECT_EQ(failure_of(*second), ErrorCode::Cancelled);
  EXPECT_EQ(engine_->stats().running, 1U);
  control_->set([](auto& settings) { settings.hold_submits = false; });
  ASSERT_TRUE(control_->wait_taken(1));
  control_->finish(first->id());
  read_all(*first);
  engine_.reset();
  EXPECT_EQ(control_->counts().submits, 1);
}

TEST_F(EngineRequestsTest, CancellingDuringSubmitReachesTheModelAfterIt) {
  control_->set([](auto& settings) { settings.hold_submits = true; });
  start_loaded();
  const auto generation = generate();
  ASSERT_TRUE(control_->wait([](const auto& counts) { return counts.submits == 1; }));
  generation->cancel();
  EXPECT_EQ(control_->counts().cancels, 0);
  control_->set([](auto& settings) { settings.hold_submits = false; });
  EXPECT_EQ(failure_of(*generation), ErrorCode::Cancelled);
  EXPECT_EQ(control_->counts().cancels, 1);
}

TEST_F(EngineRequestsTest, CancellingWhileItRunsEndsThroughTheModel) {
  start_loaded();
  const auto generation = generate();
  ASSERT_TRUE(generation->next(backend::RecordingSink::kPatience).has_value());
  generation->cancel();
  const auto events = read_all(*generation);
  ASSERT_NE(backend::failed_in(events), nullptr);
  EXPECT_EQ(backend::failed_in(events)->error.code, ErrorCode::Cancelled);
  EXPECT_EQ(control_->counts().cancels, 1);
}

TEST_F(EngineRequestsTest, CancellingAfterTheEndOrTwiceDoesNothing) {
  start_loaded();
  control_->set([](auto& settings) { settings.during_submit = {Finished{}}; });
  const auto generation = generate();
  EXPECT_NE(backend::finished_in(read_all(*generation)), nullptr);
  generation->cancel();
  generation->cancel();
  EXPECT_EQ(control_->counts().cancels, 0);
  EXPECT_EQ(engine_->stats().cancelled, 0U);
}

TEST_F(EngineRequestsTest, DestroyingAGenerationMidWayCancelsIt) {
  start_loaded();
  auto generation = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  generation.reset();
  EXPECT_TRUE(control_->wait([](const auto& counts) { return counts.cancels >= 1; }));
  EXPECT_TRUE(engine_->wait_idle(backend::RecordingSink::kPatience));
  EXPECT_EQ(engine_->stats().cancelled, 1U);
}

TEST_F(EngineRequestsTest, DestroyingAFinishedGenerationCancelsNothing) {
  start_loaded();
  control_->set([](auto& settings) { settings.during_submit = {Finished{}}; });
  auto generation = generate();
  read_all(*generation);
  generation.reset();
  EXPECT_EQ(control_->counts().cancels, 0);
}

TEST_F(EngineRequestsTest, OnReadyFollowsTheEvents) {
  start_loaded();
  const auto generation = generate();
  std::atomic<int> calls{0};
  ASSERT_TRUE(control_->wait_taken(1));
  ASSERT_TRUE(generation->next(backend::RecordingSink::kPatience).has_value());  // Accepted
  generation->on_ready([&] { ++calls; });
  EXPECT_EQ(calls, 0);
  control_->emit(generation->id(), TextDelta{"a"});
  control_->finish(generation->id());
  EXPECT_EQ(calls, 1);
  read_all(*generation);
}

TEST_F(EngineRequestsTest, ADeadlineEndsAWaitingRequest) {
  start_loaded();
  const auto running = generate();
  const auto waiting = generate({.prompt = TextPrompt{"x"}, .timeout = milliseconds(5)});
  EXPECT_EQ(failure_of(*waiting), ErrorCode::DeadlineExceeded);
  EXPECT_EQ(engine_->stats().queued, 0U);
  EXPECT_EQ(engine_->stats().failed, 1U);
  EXPECT_EQ(engine_->stats().cancelled, 0U);
}

TEST_F(EngineRequestsTest, ADeadlineEndsARunningRequestThroughTheModel) {
  start_loaded();
  const auto generation = generate({.prompt = TextPrompt{"x"}, .timeout = milliseconds(5)});
  EXPECT_EQ(failure_of(*generation), ErrorCode::DeadlineExceeded);
}

TEST_F(EngineRequestsTest, ADeadlineEndsARequestThatWaitsForALoad) {
  control_->set([](auto& settings) { settings.hold_loads = true; });
  start();
  const auto generation = generate({.prompt = TextPrompt{"x"}, .timeout = milliseconds(5)});
  EXPECT_EQ(failure_of(*generation), ErrorCode::DeadlineExceeded);
}

TEST_F(EngineRequestsTest, TheDefaultTimeoutIsForRequestsThatNameNone) {
  start_loaded({.default_timeout = milliseconds(5)});
  control_->set([](auto& settings) { settings.answer_cancels = false; });
  const auto patient = generate({.prompt = TextPrompt{"x"}, .timeout = milliseconds::max()});
  const auto hasty = generate();
  EXPECT_EQ(failure_of(*hasty), ErrorCode::DeadlineExceeded);
  EXPECT_EQ(control_->counts().cancels, 0);
  ASSERT_TRUE(control_->wait_taken(1));
  control_->finish(patient->id());
  EXPECT_NE(backend::finished_in(read_all(*patient)), nullptr);
}

TEST_F(EngineRequestsTest, ARequestThatEndsWellAfterItsDeadlineEndedWell) {
  start_loaded();
  control_->set([](auto& settings) { settings.answer_cancels = false; });
  const auto generation = overdue();
  control_->finish(generation->id());
  EXPECT_NE(backend::finished_in(read_all(*generation)), nullptr);
}

TEST_F(EngineRequestsTest, WhoCancelsFirstNamesTheReason) {
  start_loaded();
  control_->set([](auto& settings) { settings.answer_cancels = false; });
  const auto generation = overdue();
  generation->cancel();
  control_->emit(generation->id(), Failed{{ErrorCode::Cancelled, ""}});
  EXPECT_EQ(failure_of(*generation), ErrorCode::DeadlineExceeded);
}

TEST_F(EngineRequestsTest, DrainingRefusesTheNewAndLeavesTheLive) {
  start_loaded();
  const auto running = generate();
  const auto waiting = generate();
  engine_->drain();
  EXPECT_EQ(refusal(), ErrorCode::Draining);
  EXPECT_FALSE(engine_->wait_idle(milliseconds(0)));
  for (const auto* generation : {&running, &waiting}) {
    ASSERT_TRUE(control_->wait_taken(generation == &running ? 1 : 2));
    control_->finish((*generation)->id());
  }
  EXPECT_NE(backend::finished_in(read_all(*waiting)), nullptr);
  EXPECT_TRUE(engine_->wait_idle(backend::RecordingSink::kPatience));
  EXPECT_FALSE(engine_->ready());
}

TEST_F(EngineRequestsTest, CancelAllEndsTheRunningAndTheWaiting) {
  start_loaded();
  std::vector<std::unique_ptr<Generation>> generations;
  for (int i = 0; i < 10; ++i) generations.push_back(generate());
  ASSERT_TRUE(control_->wait_taken(1));
  engine_->cancel_all();
  for (const auto& generation : generations) {
    EXPECT_EQ(failure_of(*generation), ErrorCode::Cancelled);
  }
  EXPECT_TRUE(engine_->wait_idle(backend::RecordingSink::kPatience));
  EXPECT_EQ(control_->taken().size(), 1U) << "none that waited was given the place";
}

TEST_F(EngineRequestsTest, EachRequestIsRecordedOnceBeforeItsLastEvent) {
  start_loaded({.max_queue = 8});
  const auto finished = generate();
  const auto cancelled = generate();
  const auto late = generate({.prompt = TextPrompt{"x"}, .timeout = milliseconds(1)});
  EXPECT_EQ(failure_of(*late), ErrorCode::DeadlineExceeded);
  cancelled->cancel();
  ASSERT_TRUE(control_->wait_taken(1));
  control_->emit(finished->id(),
                 Finished{FinishReason::Length, {.prompt_tokens = 5, .completion_tokens = 6}, {}});
  read_all(*finished);
  const auto all = records();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].outcome, "deadline_exceeded");
  EXPECT_EQ(all[1].outcome, "cancelled");
  EXPECT_EQ(all[2].outcome, "length");
  EXPECT_EQ(all[2].id, finished->id());
  EXPECT_EQ(all[2].model, "m");
  EXPECT_EQ(all[2].usage.completion_tokens, 6U);
}

TEST_F(EngineRequestsTest, TheCountersAddUp) {
  start_loaded();
  control_->set([](auto& settings) {
    settings.during_submit = {Finished{
        FinishReason::Stop, {.prompt_tokens = 5, .cached_tokens = 2, .completion_tokens = 6}, {}}};
  });
  read_all(*generate());
  read_all(*generate());
  control_->set([](auto& settings) { settings.submit_error = Error{ErrorCode::Unsupported, ""}; });
  read_all(*generate());
  const EngineStats stats = engine_->stats();
  EXPECT_EQ(stats.accepted, 3U);
  EXPECT_EQ(stats.finished, 2U);
  EXPECT_EQ(stats.failed, 1U);
  EXPECT_EQ(stats.prompt_tokens, 10U);
  EXPECT_EQ(stats.cached_tokens, 4U);
  EXPECT_EQ(stats.completion_tokens, 12U);
  EXPECT_EQ(stats.queued, 0U);
  EXPECT_EQ(stats.running, 0U);
}

std::uint64_t recorded(const LatencyHistogram& histogram) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i <= LatencyHistogram::kBounds.size(); ++i) sum += histogram.count(i);
  return sum;
}

TEST_F(EngineRequestsTest, LatenciesAreThoseOfDeltasAndFinishedRequests) {
  start_loaded();
  EXPECT_EQ(engine_->latencies("nobody"), nullptr);
  const auto latencies = engine_->latencies("m");
  ASSERT_NE(latencies, nullptr);
  EXPECT_TRUE(latencies->queue.empty());
  control_->set([](auto& settings) {
    settings.during_submit = {PromptLogprobs{{{{1, "p", 0}, {}}}}, ReasoningDelta{"r"},
                              TextDelta{"a"}, TextDelta{"b"}, Finished{}};
  });
  read_all(*generate());
  control_->set([](auto& settings) { settings.during_submit = {PromptLogprobs{}, Failed{}}; });
  read_all(*generate());
  EXPECT_EQ(recorded(latencies->queue), 2U);
  EXPECT_EQ(recorded(latencies->first_token), 1U) << "a prompt's token is no answer";
  EXPECT_EQ(recorded(latencies->between_tokens), 2U);
  EXPECT_EQ(recorded(latencies->request), 1U) << "the other one failed";
  EXPECT_GT(latencies->request.seconds(), 0);
  EXPECT_LE(latencies->first_token.seconds(), latencies->request.seconds());
}

TEST(LatencyHistogramTest, ADurationIsInTheFirstBucketThatHoldsIt) {
  LatencyHistogram histogram;
  histogram.record_ms(1);  // exactly the first bound
  histogram.record_ms(1.001);
  histogram.record_ms(1e9);  // beyond all
  EXPECT_EQ(histogram.count(0), 1U);
  EXPECT_EQ(histogram.count(1), 1U);
  EXPECT_EQ(histogram.count(LatencyHistogram::kBounds.size()), 1U);
  EXPECT_DOUBLE_EQ(histogram.seconds(), 0.001 + 0.001001 + 1e6);
  EXPECT_TRUE(std::is_sorted(LatencyHistogram::kBounds.begin(), LatencyHistogram::kBounds.end()));
}

TEST_F(EngineRequestsTest, AGenerationMayOutliveItsEngine) {
  start_loaded();
  const auto running = generate();
  const auto waiting = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  engine_.reset();
  EXPECT_EQ(failure_of(*running), ErrorCode::Cancelled);
  EXPECT_EQ(failure_of(*waiting), ErrorCode::Cancelled);
  running->cancel();
  EXPECT_EQ(control_->counts().models, 0);
}

TEST_F(EngineRequestsTest, AnEngineThatWasNeverUsedEnds) {
  start();
  engine_.reset();
  EXPECT_EQ(control_->counts().loads, 0);
}

}  // namespace
}  // namespace pcai::engine
