#include "backend/llamacpp/plan/thread_choice.h"

#include <gtest/gtest.h>

#include <functional>

namespace pcai::backend::llamacpp {
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

TEST(ThreadChoiceTest, LargeStepsChooseToo) {
  ThreadChoice choice(2);
  const auto prompt = [&choice](int steps, double two_threads_ms) {
    std::uint32_t threads = 0;
    for (int i = 0; i < steps; ++i) {
      threads = choice.threads(100);
      choice.record(100, threads == 2 ? two_threads_ms : 500);
    }
    return threads;
  };
  EXPECT_EQ(prompt(20, 260), 2U);
  EXPECT_EQ(prompt(20, 3000), 1U) << "a neighbour holds a core";
}

TEST(ThreadChoiceTest, ASlowPromptIsFollowedByATrialAtOnce) {
  ThreadChoice choice(2);
  for (int i = 0; i < 3; ++i) choice.record((choice.threads(100), 100), 260);
  EXPECT_EQ(choice.threads(100), 2U);
  choice.record(100, 5000);
  EXPECT_EQ(choice.threads(100), 1U);
}

TEST(ThreadChoiceTest, WhatDecodingFoundOutIsThePromptsFirstGuess) {
  ThreadChoice choice(2);
  settled(choice, 200, [](std::uint32_t threads) { return threads == 2 ? 50.0 : 11.0; });
  EXPECT_EQ(choice.threads(512), 1U);
}

TEST(ThreadChoiceTest, OneThreadIsOneThread) {
  ThreadChoice choice(1);
  EXPECT_EQ(settled(choice, 200, idle_machine), 1U);
}

}  // namespace
}  // namespace pcai::backend::llamacpp
