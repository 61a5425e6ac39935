#include "backend/worker/request_table.h"

#include <gtest/gtest.h>

#include "worker/worker_fixture.h"

namespace pcai::backend::worker {
namespace {

constexpr std::uint64_t kBudget = 100;

struct RequestTableTest : testing::Test {
  RequestTable table;
  std::shared_ptr<backend::RecordingSink> sink = std::make_shared<backend::RecordingSink>();

  std::future<Status> add(RequestId id) { return std::move(*table.add(id, sink, kBudget)); }

  static bool is_answered(std::future<Status>& answer) {
    return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
};

TEST_F(RequestTableTest, TakenAnswersAndEventsFollowUntilTheLast) {
  auto answer = add(1);
  EXPECT_FALSE(is_answered(answer));
  EXPECT_TRUE(table.waiting_since().has_value());
  table.taken(1);
  EXPECT_TRUE(answer.get());
  EXPECT_FALSE(table.waiting_since().has_value());
  EXPECT_TRUE(table.event(1, TextDelta{"hi"}, 10));
  EXPECT_TRUE(table.event(1, Finished{}, 10));
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(sink.use_count(), 1) << "the sink is released";
  EXPECT_TRUE(table.event(1, TextDelta{"ghost"}, 10));
  EXPECT_EQ(sink->events().size(), 2U);
}

TEST_F(RequestTableTest, AnEventBeforeTheAnswerIsTheAnswer) {
  auto answer = add(1);
  EXPECT_TRUE(table.event(1, Finished{}, 10));
  EXPECT_TRUE(answer.get());
  table.taken(1);
  EXPECT_EQ(sink->events().size(), 1U);
}

TEST_F(RequestTableTest, ARefusedRequestsSinkGetsNothingAndIsReleased) {
  auto answer = add(1);
  EXPECT_TRUE(table.refused(1, {ErrorCode::ContextOverflow, "too long"}));
  EXPECT_EQ(answer.get().error().code, ErrorCode::ContextOverflow);
  EXPECT_EQ(sink.use_count(), 1);
  EXPECT_TRUE(sink->events().empty());
  EXPECT_TRUE(table.empty());
}

TEST_F(RequestTableTest, OnlyARequestThatWasNotTakenCanBeRefused) {
  auto answer = add(1);
  table.taken(1);
  EXPECT_FALSE(table.refused(1, {}));
  EXPECT_TRUE(table.refused(99, {})) << "an unknown id is ignored";
}

TEST_F(RequestTableTest, ACancelIsToldOnceAndOnlyForLiveRequests) {
  EXPECT_FALSE(table.cancel(1));
  auto answer = add(1);
  EXPECT_TRUE(table.cancel(1));
  EXPECT_FALSE(table.cancel(1));
  EXPECT_TRUE(table.event(1, Failed{{ErrorCode::Cancelled, ""}, {}, {}}, 10));
  EXPECT_FALSE(table.cancel(1));
}

TEST_F(RequestTableTest, TheEndFailsTakenOnesByEventAndWaitingOnesByAnswer) {
  auto taken = add(1);
  table.taken(1);
  auto other = std::make_shared<backend::RecordingSink>();
  auto waiting = std::move(*table.add(2, other, kBudget));
  table.end({ErrorCode::WorkerDied, "gone"});
  EXPECT_TRUE(taken.get());
  EXPECT_EQ(end_of(*sink).message, "gone");
  EXPECT_EQ(waiting.get().error().code, ErrorCode::WorkerDied);
  EXPECT_TRUE(other->events().empty());
  EXPECT_EQ(other.use_count(), 1);
  const auto late = table.add(3, sink, kBudget);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message, "gone");
}

TEST_F(RequestTableTest, EventsOverTheBudgetAreNotGivenOn) {
  auto answer = add(1);
  EXPECT_TRUE(table.event(1, TextDelta{"a"}, kBudget - 1));
  EXPECT_TRUE(table.event(1, TextDelta{"b"}, 1));
  EXPECT_FALSE(table.event(1, TextDelta{"c"}, 1));
  EXPECT_EQ(backend::text_of(sink->events()), "ab");
}

TEST_F(RequestTableTest, AnIdThatIsRunningCannotBeAddedAgain) {
  auto answer = add(1);
  EXPECT_FALSE(table.add(1, sink, kBudget));
  table.taken(1);
  EXPECT_TRUE(table.event(1, Finished{}, 10));
  EXPECT_EQ(sink->events().size(), 1U);
}

TEST_F(RequestTableTest, ARequestThatWasNeverSentIsForgotten) {
  auto answer = add(1);
  table.remove(1);
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(sink.use_count(), 1);
}

}  // namespace
}  // namespace pcai::backend::worker
