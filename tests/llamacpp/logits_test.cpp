#include "backend/llamacpp/tokens/logits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace pcai::backend::llamacpp {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(LogitsTest, NumbersOfAnySizeAreUsable) {
  const float largest = std::numeric_limits<float>::max();
  EXPECT_TRUE(check_logits(std::vector<float>{0, -1, 1, largest, -largest, 1e-45F, -0.0F}));
}

TEST(LogitsTest, TokensThatAModelNeverChoosesAreUsable) {
  EXPECT_TRUE(check_logits(std::vector<float>{-kInfinity, 3, -kInfinity}));
}

TEST(LogitsTest, OneThatIsNoNumberIsFoundAtAnyPlace) {
  for (const float bad : {kNan, -kNan, kInfinity, std::numeric_limits<float>::signaling_NaN()}) {
    for (std::size_t place = 0; place < 37; ++place) {
      std::vector<float> logits(37, 0.5F);
      logits[place] = bad;
      const Status status = check_logits(logits);
      ASSERT_FALSE(status) << bad << " at " << place;
      EXPECT_NE(status.error().message.find("NaN"), std::string::npos);
    }
  }
}

TEST(LogitsTest, NothingToChooseFromIsNotUsable) {
  EXPECT_FALSE(check_logits(std::vector<float>(5, -kInfinity)));
  EXPECT_FALSE(check_logits({}));
}

}  // namespace
}  // namespace pcai::backend::llamacpp
