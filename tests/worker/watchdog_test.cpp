#include "backend/worker/watchdog.h"

#include <gtest/gtest.h>

namespace pcai::backend::worker {
namespace {

using std::chrono::milliseconds;

/// A watchdog with limits of 1 s of silence and 4 s without a step, and its own clock.
struct WatchdogTest : testing::Test {
  Watchdog::Clock::time_point now{};
  Watchdog watchdog{milliseconds(1000), milliseconds(4000), now};
  bool busy = true;

  /// Lets time pass as the model's thread does, in looks of at most interval().
  std::string pass(milliseconds time, bool hears, bool progresses) {
    for (const auto end = now + time; now < end;) {
      now += std::min<Watchdog::Clock::duration>(watchdog.interval(), end - now);
      if (hears) watchdog.heard(now);
      if (progresses) watchdog.progressed(now);
      if (std::string verdict = watchdog.verdict(now, busy); !verdict.empty()) return verdict;
    }
    return "";
  }
};

TEST_F(WatchdogTest, AWorkerThatSpeaksAndProgressesLives) {
  EXPECT_EQ(pass(milliseconds(100'000), true, true), "");
}

TEST_F(WatchdogTest, SilenceEndsItEvenWhenIdle) {
  busy = false;
  EXPECT_EQ(pass(milliseconds(1000), false, false), "");
  EXPECT_EQ(pass(milliseconds(200), false, false), "it sent nothing for 1 s");
}

TEST_F(WatchdogTest, RequestsWithoutAStepEndIt) {
  EXPECT_EQ(pass(milliseconds(4000), true, false), "");
  EXPECT_EQ(pass(milliseconds(200), true, false), "its requests made no progress for 4 s");
}

TEST_F(WatchdogTest, AnIdleWorkerNeedsNoSteps) {
  busy = false;
  EXPECT_EQ(pass(milliseconds(100'000), true, false), "");
  busy = true;
  EXPECT_EQ(pass(milliseconds(4000), true, false), "") << "the time before the request counted";
}

TEST_F(WatchdogTest, TimeInWhichThisProcessSleptDoesNotCount) {
  now += std::chrono::hours(8);
  EXPECT_EQ(watchdog.verdict(now, busy), "");
  EXPECT_EQ(pass(milliseconds(1000), false, false), "");
  EXPECT_NE(pass(milliseconds(200), false, false), "");
}

TEST_F(WatchdogTest, ZeroTurnsALimitOff) {
  watchdog = Watchdog(milliseconds(0), milliseconds(0), now);
  EXPECT_EQ(pass(milliseconds(1'000'000), false, false), "");
  EXPECT_GT(watchdog.interval(), milliseconds(0));
}

}  // namespace
}  // namespace pcai::backend::worker
