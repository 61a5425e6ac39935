#include "backend/mistralrs/progress_ticks.h"

#include <gtest/gtest.h>

namespace pcai::backend::mistralrs {
namespace {

using namespace std::chrono_literals;
using Clock = ProgressTicks::Clock;

class ProgressTicksTest : public testing::Test {
 protected:
  std::uint64_t steps(std::uint64_t tokens, std::uint64_t prompt_tokens, Clock::duration time,
                      std::chrono::milliseconds computed) {
    return ticks_.steps({tokens, prompt_tokens, computed}, start_ + time);
  }

  ProgressTicks ticks_;
  Clock::time_point start_ = Clock::now();
};

TEST_F(ProgressTicksTest, TokensAreSteps) {
  EXPECT_EQ(steps(0, 0, 0s, 0ms), 0U);
  EXPECT_EQ(steps(3, 0, 1ms, 0ms), 3U);
}

TEST_F(ProgressTicksTest, APromptThatIsComputedIsProgress) {
  std::uint64_t last = steps(0, 1000, 0s, 0ms);
  for (int second = 1; second < 300; ++second) {
    const auto now = steps(0, 1000, std::chrono::seconds(second), second * 100ms);
    EXPECT_GT(now, last) << second;
    last = now;
  }
}

TEST_F(ProgressTicksTest, APromptThatNobodyComputesIsNone) {
  const std::uint64_t last = steps(0, 1000, 0s, 500ms);
  EXPECT_EQ(steps(0, 1000, 30s, 501ms), last);
  EXPECT_EQ(steps(0, 1000, 60s, 502ms), last);
}

TEST_F(ProgressTicksTest, WorkWithoutAPromptIsNone) {
  EXPECT_EQ(steps(5, 0, 0s, 0ms), 5U);
  EXPECT_EQ(steps(5, 0, 100s, 100'000ms), 5U);
}

TEST_F(ProgressTicksTest, StepsNeverFall) {
  steps(0, 100, 0s, 0ms);
  const std::uint64_t in_prompt = steps(0, 100, 5s, 5'000ms);
  EXPECT_GT(in_prompt, 0U);
  EXPECT_GT(steps(1, 0, 6s, 6'000ms), in_prompt);
}

}  // namespace
}  // namespace pcai::backend::mistralrs
