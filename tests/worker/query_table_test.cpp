#include "backend/worker/query_table.h"

#include <gtest/gtest.h>

namespace pcai::backend::worker {
namespace {

Embeddings vectors(std::size_t count, bool more) {
  return {std::vector<Embedding>(count, Embedding{{1.0F}, 1}), more};
}

TEST(QueryTableTest, PartsOfAnAnswerComeTogether) {
  QueryTable table;
  auto answer = table.add(1, 5);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(table.answered(1, vectors(2, true)));
  EXPECT_TRUE(table.answered(1, vectors(2, true)));
  EXPECT_TRUE(table.answered(1, vectors(1, false)));
  const Result<QueryAnswer> whole = answer->get();
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(std::get<Embeddings>(*whole).items.size(), 5U);
}

TEST(QueryTableTest, MoreVectorsThanWereAskedForAreNoAnswer) {
  QueryTable table;
  auto answer = table.add(1, 3);
  EXPECT_TRUE(table.answered(1, vectors(2, true)));
  EXPECT_FALSE(table.answered(1, vectors(2, false)));
  EXPECT_FALSE(table.answered(1, vectors(0, true)));  // would go on for ever
  table.end({ErrorCode::WorkerDied, "gone"});
  EXPECT_FALSE(answer->get().has_value());
}

TEST(QueryTableTest, AnswersToQueriesThatWereGivenUpAreIgnored) {
  QueryTable table;
  auto answer = table.add(1, 0);
  EXPECT_TRUE(table.fail_query(1, {ErrorCode::Cancelled, "no longer wanted"}));
  EXPECT_FALSE(table.fail_query(1, {ErrorCode::Cancelled, "again"}));
  EXPECT_TRUE(table.answered(1, TokenCount{3}));
  EXPECT_EQ(answer->get().error().message, "no longer wanted");
}

TEST(QueryTableTest, TheEndFailsAllThatWaitsAndAllThatComes) {
  QueryTable table;
  auto first = table.add(1, 0);
  table.end({ErrorCode::WorkerDied, "gone"});
  EXPECT_EQ(first->get().error().code, ErrorCode::WorkerDied);
  const auto second = table.add(2, 0);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::WorkerDied);
}

}  // namespace
}  // namespace pcai::backend::worker
