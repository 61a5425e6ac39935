#include "backend/llamacpp/plan/step_budget.h"

#include <gtest/gtest.h>

namespace pcai::backend::llamacpp {
namespace {

/// A machine on which a step takes 10 ms and 2 ms a token, and 0.01 ms for each cell seen.
CostCurve costs() {
  return {{{1, 12}, {64, 138}, {256, 522}}, 0.01};
}

TEST(CostCurveTest, ItGoesThroughItsPointsAndOnAsBetweenTheLastTwo) {
  EXPECT_DOUBLE_EQ(costs().ms(1, 0), 12);
  EXPECT_DOUBLE_EQ(costs().ms(64, 0), 138);
  EXPECT_DOUBLE_EQ(costs().ms(30, 0), 70);
  EXPECT_DOUBLE_EQ(costs().ms(512, 0), 1034);
  EXPECT_DOUBLE_EQ(costs().ms(30, 1000), 80);
  EXPECT_DOUBLE_EQ(costs().ms(0, 0), 0);
}

TEST(CostCurveTest, OnePointIsAPriceForEachToken) {
  const CostCurve curve({{1, 10}}, 0);
  EXPECT_DOUBLE_EQ(curve.ms(1, 0), 10);
  EXPECT_DOUBLE_EQ(curve.ms(8, 0), 80);
}

TEST(CostCurveTest, AStepNeverCostsLessThanASmallerOne) {
  const CostCurve curve({{1, 20}, {4, 15}, {16, 40}}, -1);
  EXPECT_DOUBLE_EQ(curve.ms(4, 1000), 20);
  EXPECT_DOUBLE_EQ(curve.ms(3, 0), 20);
}

TEST(StepBudgetTest, TheFirstStepIsAsLongAsTheCurveSays) {
  EXPECT_EQ(StepBudget(80, 512, {costs().points(), 0}).tokens({}), 35U);
}

TEST(StepBudgetTest, ALongPromptHasShorterChunksThanAShortOne) {
  const StepBudget budget(80, 512, costs());
  const std::uint32_t early = budget.tokens({});
  const std::uint32_t late = budget.tokens({.prompt_cells = 1000});
  EXPECT_LT(late, early / 3);
  // Others' cells take their time, too.
  EXPECT_LT(budget.tokens({.decoding = 4, .decoding_cells = 4000}), early);
}

TEST(StepBudgetTest, AMachineAsFastAsTheCurveChangesNothing) {
  StepBudget budget(80, 512, costs());
  const std::uint32_t before = budget.tokens({});
  for (int i = 0; i < 50; ++i) budget.record(100, 500, costs().ms(100, 500));
  EXPECT_EQ(budget.tokens({}), before);
}

TEST(StepBudgetTest, ItShrinksWhenTheMachineSlowsDownAndGrowsAgain) {
  StepBudget budget(80, 512, {{{1, 1}}, 0});
  EXPECT_EQ(budget.tokens({}), 80U);
  for (int i = 0; i < 50; ++i) budget.record(80, 0, 320);
  EXPECT_EQ(budget.tokens({}), 20U);
  for (int i = 0; i < 50; ++i) budget.record(20, 0, 10);
  EXPECT_NEAR(budget.tokens({}), 160, 1);
}

TEST(StepBudgetTest, OneFastStepIsNotBelieved) {
  StepBudget budget(80, 512, {{{1, 1}}, 0});
  budget.record(80, 0, 0.001);
  EXPECT_LE(budget.tokens({}), 100U);
}

TEST(StepBudgetTest, ItKeepsToItsBounds) {
  StepBudget budget(80, 64, costs());
  for (int i = 0; i < 50; ++i) budget.record(64, 0, 0.001);
  EXPECT_EQ(budget.tokens({}), 64U);
  for (int i = 0; i < 50; ++i) budget.record(64, 0, 1e9);
  EXPECT_EQ(budget.tokens({}), 8U);
}

}  // namespace
}  // namespace pcai::backend::llamacpp
