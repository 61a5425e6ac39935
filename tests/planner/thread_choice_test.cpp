#include "backend/llamacpp/thread_choice.h"

#include <gtest/gtest.h>

#include <functional>

namespace pcai {
namespace {

/// Steps of one token that take what `cost` says for a number of threads. Returns the number most
/// used in the last hundred.
std::uint32_t settled(ThreadChoice& choice, int steps,
                      const std::function<double(std::uint32_t)>& cost) {
  std::uint32_t uses[17] = {};
  for (int i = 0; i < steps; ++i) {
    const std::uint32_t threads = choice.threads(1);
    choice.record(1, cost(threads));
    if (i >= steps - 100) ++uses[threads];
  }
  std::uint32_t most = 0;
  for (std::uint32_t threads = 1; threads <= 16; ++threads) {
    if (uses[threads] > uses[most]) most = threads;
  }
  return most;
}

double idle_machine(std::uint32_t threads) {
  return 10.0 / threads;
}

TEST(ThreadChoiceTest, AnIdleMachineGetsAllThreads) {
  ThreadChoice choice(2);
  EXPECT_EQ(settled(choice, 500, idle_machine), 2U);
}

TEST(ThreadChoiceTest, ABusyCoreIsLeftAlone) {
  ThreadChoice choice(2);
  settled(choice, 200, idle_machine);
  const auto busy = [](std::uint32_t threads) { return threads == 2 ? 50.0 : 11.0; };
  EXPECT_EQ(settled(choice, 200, busy), 1U);
}

TEST(ThreadChoiceTest, AllThreadsComeBackWhenTheCoreIsFreeAgain) {
  ThreadChoice choice(2);
  settled(choice, 200, [](std::uint32_t threads) { return threads == 2 ? 50.0 : 11.0; });
  EXPECT_EQ(settled(choice, 1000, idle_machine), 2U);
}

TEST(ThreadChoiceTest, OfManyCoresOneBusyOneCostsOneThread) {
  ThreadChoice choice(8);
  const auto busy = [](std::uint32_t threads) { return threads == 8 ? 20.0 : 10.0 / threads; };
  EXPECT_EQ(settled(choice, 500, busy), 7U);
}

TEST(ThreadChoiceTest, TrialsBecomeRareWhereTheyDoNotPay) {
  ThreadChoice choice(2);
  settled(choice, 1000, idle_machine);
  int trials = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t threads = choice.threads(1);
    choice.record(1, idle_machine(threads));
    if (threads == 1) ++trials;
  }
  EXPECT_LE(trials, 4);
  EXPECT_GE(trials, 1);
}

TEST(ThreadChoiceTest, LargeStepsTakeAllThreads) {
  ThreadChoice choice(2);
  settled(choice, 200, [](std::uint32_t threads) { return threads == 2 ? 50.0 : 11.0; });
  EXPECT_EQ(choice.threads(512), 2U);
}

TEST(ThreadChoiceTest, OneThreadIsOneThread) {
  ThreadChoice choice(1);
  EXPECT_EQ(settled(choice, 200, idle_machine), 1U);
}

}  // namespace
}  // namespace pcai
