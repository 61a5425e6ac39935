#include "backend/llamacpp/step_budget.h"

#include <gtest/gtest.h>

namespace pcai {
namespace {

TEST(StepBudgetTest, ItStartsSmall) {
  EXPECT_EQ(StepBudget(80, 512).tokens(), 8U);
}

TEST(StepBudgetTest, ItFindsTheSizeThatTakesTheTargetTime) {
  StepBudget budget(80, 512);
  // A machine on which a step takes 10 ms and 2 ms a token: 35 tokens take 80 ms.
  for (int i = 0; i < 50; ++i) budget.record(budget.tokens(), 10 + 2.0 * budget.tokens());
  EXPECT_NEAR(budget.tokens(), 35, 2);
}

TEST(StepBudgetTest, ItShrinksWhenTheMachineSlowsDown) {
  StepBudget budget(80, 512);
  for (int i = 0; i < 50; ++i) budget.record(budget.tokens(), 0.5 * budget.tokens());
  EXPECT_NEAR(budget.tokens(), 160, 4);
  for (int i = 0; i < 50; ++i) budget.record(budget.tokens(), 4.0 * budget.tokens());
  EXPECT_NEAR(budget.tokens(), 20, 2);
}

TEST(StepBudgetTest, ALargeStepDoesNotMisleadIt) {
  StepBudget budget(80, 512);
  budget.record(512, 512);
  EXPECT_EQ(budget.tokens(), 8U);
}

TEST(StepBudgetTest, ItKeepsToItsBounds) {
  StepBudget budget(80, 64);
  for (int i = 0; i < 50; ++i) budget.record(budget.tokens(), 0.001);
  EXPECT_EQ(budget.tokens(), 64U);
  for (int i = 0; i < 50; ++i) budget.record(budget.tokens(), 1e9);
  EXPECT_EQ(budget.tokens(), 8U);
}

}  // namespace
}  // namespace pcai
