#include "backend/llamacpp/plan/batch_planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace pcai::backend::llamacpp {
namespace {

constexpr PlannerOptions kRoomy{
    .cells = 4096, .max_running = 8, .max_sequences = 16, .max_batch = 512};

std::vector<Token> tokens(std::uint32_t count, Token first = 1) {
  std::vector<Token> result(count);
  std::iota(result.begin(), result.end(), first);
  return result;
}

const StepItem* item_of(const StepPlan& plan, RequestId request) {
  const auto found = std::find_if(plan.items.begin(), plan.items.end(),
                                  [&](const StepItem& item) { return item.request == request; });
  return found == plan.items.end() ? nullptr : &*found;
}

/// Plans and computes steps; each output becomes token 7.
StepPlan run_step(BatchPlanner& planner, std::uint32_t budget = 16) {
  StepPlan plan = planner.plan(budget);
  planner.computed(plan);
  for (const StepItem& item : plan.items) {
    if (item.output) planner.append(item.request, 7);
  }
  return plan;
}

TEST(BatchPlannerTest, ALonePromptTakesTheWholeBatchAndGivesWay) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(1000), "");
  const StepPlan first = run_step(planner);
  EXPECT_EQ(first.tokens, 512U);
  EXPECT_TRUE(first.gives_way);
  EXPECT_FALSE(first.items.front().output);
  const StepPlan second = run_step(planner);
  EXPECT_EQ(second.tokens, 488U);
  EXPECT_TRUE(second.items.front().output);
}

TEST(BatchPlannerTest, LongPromptNeverStallsADecodingSequence) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(10), "");
  run_step(planner);
  planner.add(2, tokens(1000, 5000), "");
  for (int i = 0; i < 30; ++i) {
    const StepPlan plan = run_step(planner, 16);
    ASSERT_NE(item_of(plan, 1), nullptr);
    EXPECT_EQ(item_of(plan, 1)->count, 1U);
    ASSERT_NE(item_of(plan, 2), nullptr);
    EXPECT_EQ(plan.tokens, 16U);
    EXPECT_FALSE(plan.gives_way);
  }
}

TEST(BatchPlannerTest, PromptsTakeTurns) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(10), "");
  run_step(planner);
  planner.add(2, tokens(500, 2000), "");
  planner.add(3, tokens(500, 4000), "");
  const StepPlan a = run_step(planner);
  const StepPlan b = run_step(planner);
  EXPECT_NE(item_of(a, 2) != nullptr, item_of(b, 2) != nullptr);
  EXPECT_NE(item_of(a, 3) != nullptr, item_of(b, 3) != nullptr);
}

TEST(BatchPlannerTest, APrefixIsSharedWithARequestThatStillRuns) {
  BatchPlanner planner(kRoomy);
  std::vector<Token> prompt = tokens(600);
  planner.add(1, prompt, "");
  run_step(planner);
  run_step(planner);
  prompt.push_back(9999);
  planner.add(2, prompt, "");
  const StepPlan plan = run_step(planner);
  EXPECT_EQ(planner.cached(2), 600U);
  EXPECT_EQ(item_of(plan, 2)->count, 1U);
  EXPECT_EQ(planner.cells_used(), 602U);  // 600 together and one for each
}

TEST(BatchPlannerTest, APrefixIsNotSharedAcrossScopes) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(100), "a");
  run_step(planner);
  planner.add(2, tokens(100), "b");
  run_step(planner);
  EXPECT_EQ(planner.cached(2), 0U);
}

TEST(BatchPlannerTest, ARequestWaitsForALeaderThatComputesItsPrefix) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(800), "");
  planner.add(2, tokens(800), "");
  std::uint32_t computed = 0;
  while (planner.tokens(2).size() == 800) computed += run_step(planner).tokens;
  EXPECT_EQ(planner.cached(2), 799U);
  EXPECT_LE(computed, 803U);
}

TEST(BatchPlannerTest, AnEndedRequestLeavesItsPrefix) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(100), "");
  run_step(planner);
  planner.finish(1, true);
  EXPECT_EQ(planner.cells_active(), 0U);
  EXPECT_EQ(planner.cells_used(), 100U);
  planner.add(2, tokens(100), "");
  run_step(planner);
  EXPECT_EQ(planner.cached(2), 99U);  // the last token's logits are wanted
  EXPECT_EQ(planner.cells_used(), 101U);
}

TEST(BatchPlannerTest, ACancelledRequestLeavesNothing) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(100), "");
  run_step(planner);
  planner.finish(1, false);
  const StepPlan plan = planner.plan(16);
  ASSERT_EQ(plan.memory.size(), 1U);
  EXPECT_EQ(plan.memory.front().kind, MemoryOperation::Kind::Remove);
  EXPECT_EQ(planner.cells_used(), 0U);
}

TEST(BatchPlannerTest, AnIdlePrefixMakesRoomForANewPrompt) {
  BatchPlanner planner({.cells = 300, .max_running = 2, .max_sequences = 4, .max_batch = 512});
  planner.add(1, tokens(200), "");
  run_step(planner);
  planner.finish(1, true);
  planner.add(2, tokens(200, 5000), "");
  const StepPlan plan = run_step(planner);
  EXPECT_EQ(plan.tokens, 200U);
  EXPECT_EQ(planner.cells_used(), 200U);
}

TEST(BatchPlannerTest, TheYoungestIsPreemptedAndEndsLater) {
  BatchPlanner planner({.cells = 128, .max_running = 2, .max_sequences = 3, .max_batch = 128});
  planner.add(1, tokens(30), "");
  planner.add(2, tokens(30, 5000), "");
  while (planner.preemptions() == 0) run_step(planner);
  EXPECT_EQ(planner.running(), 1U);
  EXPECT_EQ(planner.waiting(), 1U);
  const std::vector<Token> kept = planner.tokens(2);
  planner.finish(1, true);
  const StepPlan plan = run_step(planner, 128);
  EXPECT_EQ(plan.items.front().request, 2U);
  EXPECT_EQ(plan.items.front().count, kept.size());
  EXPECT_TRUE(plan.items.front().output);
}

TEST(BatchPlannerTest, AModelWhoseMemoryCannotBeCutSharesNothing) {
  PlannerOptions options = kRoomy;
  options.share_prefixes = false;
  BatchPlanner planner(options);
  planner.add(1, tokens(100), "");
  run_step(planner);
  planner.finish(1, true);
  planner.add(2, tokens(100), "");
  const StepPlan plan = run_step(planner);
  EXPECT_EQ(plan.tokens, 100U);
}

TEST(BatchPlannerTest, RequestsWithOtherAdaptersAreComputedInTurn) {
  BatchPlanner planner(kRoomy);
  const AdapterScales first{1, 0};
  const AdapterScales second{0, 1};
  planner.add(1, tokens(10), "", {}, first);
  planner.add(2, tokens(10, 100), "", {}, second);
  planner.add(3, tokens(10, 200), "", {}, first);
  for (int i = 0; i < 10; ++i) {
    const StepPlan plan = run_step(planner, 512);
    EXPECT_EQ(plan.adapters, i % 2 == 0 ? first : second);
    EXPECT_EQ(plan.items.size(), i % 2 == 0 ? 2U : 1U);
    EXPECT_EQ(item_of(plan, 2) != nullptr, i % 2 == 1);
  }
}

TEST(BatchPlannerTest, APrefixIsNotSharedBetweenOtherAdapters) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(100), "", {}, {1, 0});
  run_step(planner, 512);
  planner.add(2, tokens(100), "", {}, {0, 1});  // while it runs
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(run_step(planner, 512).memory.empty());
  EXPECT_EQ(planner.cached(2), 0U);
  planner.finish(1, true);
  planner.finish(2, true);
  planner.add(3, tokens(100), "", {}, {0.5F, 0});  // when they are idle
  run_step(planner, 512);
  EXPECT_EQ(planner.cached(3), 0U);
  planner.add(4, tokens(100), "", {}, {0, 1});
  run_step(planner, 512);
  EXPECT_EQ(planner.cached(4), 99U);
}

TEST(BatchPlannerTest, AnEndedRequestReplacesNoIdlePrefixOfOtherAdapters) {
  BatchPlanner planner(kRoomy);
  for (const RequestId id : {1, 2}) {
    planner.add(id, tokens(100), "", {}, {id == 1 ? 1.0F : 0.0F});
    run_step(planner, 512);
    planner.finish(id, true);
  }
  EXPECT_EQ(planner.cells_used(), 200U);
  planner.add(3, tokens(100), "", {}, {1.0F});
  run_step(planner, 512);
  EXPECT_EQ(planner.cached(3), 99U);
}

TEST(BatchPlannerTest, NewAdaptersWithEveryStepKeepNobodyWaiting) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(10), "", {}, {0});
  run_step(planner);
  int waits = 0;
  for (RequestId id = 2; id < 200; ++id) {
    planner.add(id, tokens(10, static_cast<Token>(100 * id)), "", {}, {static_cast<float>(id)});
    const StepPlan plan = run_step(planner, 512);
    waits = item_of(plan, 1) != nullptr ? 0 : waits + 1;
    ASSERT_LT(waits, static_cast<int>(kRoomy.max_running));
    for (const StepItem& item : plan.items) {
      if (item.request != 1) planner.finish(item.request, true);
    }
  }
}

TEST(BatchPlannerTest, ALongPromptLeavesTurnsToThoseWhoDecodeWithOtherAdapters) {
  BatchPlanner planner(kRoomy);
  planner.add(1, tokens(10), "", {}, {0});
  run_step(planner);
  planner.add(2, tokens(1000, 5000), "", {}, {1});
  for (int i = 0; i < 30; ++i) {
    const StepPlan plan = run_step(planner, 16);
    EXPECT_EQ(item_of(plan, 1) != nullptr, i % 2 == 0);
    EXPECT_EQ(plan.tokens, i % 2 == 0 ? 1U : 16U);
    EXPECT_FALSE(plan.gives_way);
  }
}

PlannerOptions scoring() {
  PlannerOptions options = kRoomy;
  options.max_rows = 32;
  return options;
}

TEST(BatchPlannerTest, AScoredPromptHasARowForEachTokenButTheLast) {
  BatchPlanner planner(scoring());
  planner.add(1, tokens(70), "", {}, {}, true);
  std::uint32_t rows = 0;
  for (int i = 0; i < 3; ++i) {
    const StepPlan plan = run_step(planner);
    ASSERT_EQ(plan.items.size(), 1U);
    EXPECT_EQ(plan.items[0].first_row, rows);
    EXPECT_LE(plan.rows, 32U);
    rows += plan.rows;
    EXPECT_EQ(plan.items[0].output, i == 2);
  }
  EXPECT_EQ(rows, 69U);
  EXPECT_EQ(run_step(planner).rows, 0U) << "it decodes now";
}

TEST(BatchPlannerTest, AScoredPromptSharesNobodysPrefixButOthersShareItsOwn) {
  BatchPlanner planner(scoring());
  planner.add(1, tokens(40), "");
  run_step(planner);
  planner.finish(1, true);
  planner.add(2, tokens(40), "", {}, {}, true);
  run_step(planner);
  run_step(planner);
  EXPECT_EQ(planner.cached(2), 0U);
  planner.finish(2, true);
  planner.add(3, tokens(60), "");
  run_step(planner);
  EXPECT_EQ(planner.cached(3), 40U);
}

TEST(BatchPlannerTest, ScoredPromptsShareTheRowsOfAStepAndTakeTurns) {
  BatchPlanner planner(scoring());
  planner.add(1, tokens(200), "", {}, {}, true);
  planner.add(2, tokens(200, 5000), "", {}, {}, true);
  planner.add(3, tokens(10, 9000), "");
  std::vector<std::uint32_t> rows(3);
  for (int i = 0; i < 6; ++i) {
    const StepPlan plan = run_step(planner, 16);
    EXPECT_LE(plan.rows, 32U);
    for (const StepItem& item : plan.items) {
      if (item.request < 3) rows[item.request] += item.rows;
    }
  }
  EXPECT_GE(rows[1], 30U);
  EXPECT_GE(rows[2], 30U);
  EXPECT_GT(planner.tokens(3).size(), 12U) << "which is not scored, and decodes all the time";
}

TEST(BatchPlannerTest, RowsThatAnAbortLostAreComputedAgain) {
  BatchPlanner planner(scoring());
  planner.add(1, tokens(70), "", {}, {}, true);
  run_step(planner);
  const StepPlan lost = planner.plan(16);
  planner.aborted(lost, {lost.items[0].first});
  const StepPlan again = run_step(planner);
  EXPECT_EQ(again.items[0].first_row, lost.items[0].first_row);
  EXPECT_EQ(again.rows, lost.rows);
}

}  // namespace
}  // namespace pcai::backend::llamacpp
