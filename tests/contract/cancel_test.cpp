#include <algorithm>
#include <thread>

#include "contract/contract_fixture.h"

namespace pcai::backend {
namespace {

constexpr const char* kStory = "Tell me a long story about a fox.";

void expect_cancelled(const Started& started) {
  const auto events = started.wait();
  ASSERT_NE(failed_in(events), nullptr);
  EXPECT_EQ(failed_in(events)->error.code, ErrorCode::Cancelled);
  EXPECT_TRUE(started.sink->kept_the_rules());
}

TEST_P(BackendContractTest, CancellingAnUnknownRequestDoesNothing) {
  const RequestId id = new_id();
  model().cancel(id);
  const auto sink = std::make_shared<RecordingSink>();
  ASSERT_TRUE(model().submit(id, chat_request(kStory, greedy(3)), sink).has_value());
  EXPECT_NE(finished_in(sink->wait()), nullptr);
}

TEST_P(BackendContractTest, ACancelRightAfterSubmitEndsTheRequest) {
  const Started started = start(model(), chat_request(kStory, endless()));
  model().cancel(started.id);
  expect_cancelled(started);
}

TEST_P(BackendContractTest, ACancelInTheMiddleEndsTheRequest) {
  const Started started = start(model(), chat_request(kStory, endless()));
  ASSERT_TRUE(started.sink->wait_for(2));
  model().cancel(started.id);
  expect_cancelled(started);
  EXPECT_GE(failed_in(started.wait())->usage.completion_tokens, 2U);
}

TEST_P(BackendContractTest, ACancelAfterTheEndDoesNothing) {
  const Started started = start(model(), chat_request(kStory, greedy(2)));
  EXPECT_NE(finished_in(started.wait()), nullptr);
  model().cancel(started.id);
  // A request behind it has gone the whole way, so that an event too many would have come.
  run(model(), chat_request(kStory, greedy(2)));
  EXPECT_TRUE(started.sink->kept_the_rules());
}

TEST_P(BackendContractTest, CancellingFromManyThreadsAtOnceEndsItOnce) {
  const Started started = start(model(), chat_request(kStory, endless()));
  ASSERT_TRUE(started.sink->wait_for(1));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { model().cancel(started.id); });
  for (std::thread& thread : threads) thread.join();
  expect_cancelled(started);
  run(model(), chat_request(kStory, greedy(2)));
  EXPECT_TRUE(started.sink->kept_the_rules());
}

TEST_P(BackendContractTest, ACancelTouchesNoOtherRequest) {
  if (model().info().max_sequences < 2) GTEST_SKIP() << "one sequence only";
  const Started victim = start(model(), chat_request(kStory, endless()));
  const Started other = start(model(), chat_request("Count to twenty.", greedy(24)));
  ASSERT_TRUE(victim.sink->wait_for(1));
  model().cancel(victim.id);
  const auto events = other.wait();
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_EQ(finished_in(events)->usage.completion_tokens, 24U);
  expect_cancelled(victim);
}

TEST_P(BackendContractTest, ACancelledRequestGivesItsCellsBack) {
  const auto loaded = load();
  ASSERT_NE(loaded.model, nullptr);
  const Started started = start(*loaded.model, chat_request(kStory, endless()));
  ASSERT_TRUE(started.sink->wait_for(1));
  loaded.model->cancel(started.id);
  expect_cancelled(started);
  EXPECT_TRUE(eventually([&] {
    const ModelStats stats = loaded.model->stats();
    return stats.kv_cells_active == 0 && stats.sequences_running == 0;
  }));
}

TEST_P(BackendContractTest, DestroyingAModelEndsItsRequestsFirst) {
  auto loaded = load();
  ASSERT_NE(loaded.model, nullptr);
  std::vector<Started> live;
  // More than decode together, so that some have not begun.
  const std::uint32_t count = std::min(loaded.model->info().max_sequences, 4U) + 2;
  for (std::uint32_t i = 0; i < count; ++i) {
    live.push_back(start(*loaded.model, chat_request(kStory, endless())));
  }
  ASSERT_TRUE(live.front().sink->wait_for(1));
  loaded.model.reset();
  // No waiting here: all is delivered and released when the destructor returns.
  for (const Started& started : live) {
    const auto events = started.sink->events();
    ASSERT_NE(failed_in(events), nullptr);
    EXPECT_EQ(failed_in(events)->error.code, ErrorCode::Cancelled);
    EXPECT_TRUE(started.sink->kept_the_rules());
    EXPECT_EQ(started.sink.use_count(), 1);
  }
}

TEST_P(BackendContractTest, DestroyingAModelRightAfterSubmitLosesNoEvent) {
  auto loaded = load();
  ASSERT_NE(loaded.model, nullptr);
  const Started started = start(*loaded.model, chat_request(kStory, endless()));
  loaded.model.reset();
  ASSERT_NE(failed_in(started.sink->events()), nullptr);
  EXPECT_TRUE(started.sink->kept_the_rules());
}

}  // namespace
}  // namespace pcai::backend
