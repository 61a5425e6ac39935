#include "platform/signals.h"

#include <gtest/gtest.h>

#include <csignal>

namespace pcai::platform {
namespace {

using std::chrono::milliseconds;

TEST(SignalsTest, EachSignalIsTakenOnce) {
  Signals signals;
  EXPECT_FALSE(signals.pending());
  std::raise(SIGINT);
  EXPECT_TRUE(signals.pending());
  EXPECT_EQ(signals.take(), SIGINT);
  std::raise(SIGTERM);
  EXPECT_EQ(signals.take(milliseconds(0)), SIGTERM);
  EXPECT_FALSE(signals.take(milliseconds(0)).has_value());
}

TEST(SignalsTest, WhatWasNotTakenIsForgottenWithTheObject) {
  {
    Signals signals;
    std::raise(SIGTERM);
  }
  Signals signals;
  EXPECT_FALSE(signals.pending());
}

TEST(SignalsTest, HangupsAreTakenOnceTheyAreAcceptedAndEndNothing) {
  std::signal(SIGHUP, SIG_IGN);
  Signals signals;
  std::raise(SIGHUP);
  EXPECT_FALSE(signals.pending());
  signals.accept_reload();
  std::raise(SIGHUP);
  std::raise(SIGHUP);
  EXPECT_EQ(signals.take(milliseconds(0)), SIGHUP);
  EXPECT_EQ(signals.take(milliseconds(0)), SIGHUP);
  std::raise(SIGTERM);
  std::raise(SIGHUP);
  EXPECT_EQ(signals.take(milliseconds(0)), SIGTERM);
}

TEST(SignalsDeathTest, AfterwardsASignalActsAsBefore) {
  EXPECT_EXIT(
      {
        { Signals signals; }
        std::raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST(SignalsDeathTest, OnRequestTheNextSignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        Signals signals;
        signals.end_at_next();
        std::raise(SIGINT);
      },
      testing::ExitedWithCode(130), "");
}

TEST(SignalsDeathTest, ASignalOverOneThatWasNotTakenEndsTheProcess) {
  EXPECT_EXIT(
      {
        Signals signals;
        std::raise(SIGINT);
        std::raise(SIGTERM);
      },
      testing::ExitedWithCode(143), "");
}

}  // namespace
}  // namespace pcai::platform
