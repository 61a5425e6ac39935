#include "api/fields/keep_alive_field.h"

#include <gtest/gtest.h>

#include <limits>

namespace pcai::api {
namespace {

std::int64_t stay(const Json& value) {
  const auto read = read_keep_alive(value, "keep_alive");
  EXPECT_TRUE(read) << to_text(value);
  return read ? read->count() : std::numeric_limits<std::int64_t>::min();
}

TEST(KeepAliveFieldTest, NumbersAreSecondsAndTextsHaveUnits) {
  EXPECT_EQ(stay(0), 0);
  EXPECT_EQ(stay(300), 300'000);
  EXPECT_EQ(stay(0.5), 500);
  EXPECT_EQ(stay("5m"), 300'000);
  EXPECT_EQ(stay("1h30m"), 5'400'000);
  EXPECT_EQ(stay("1.5h"), 5'400'000);
  EXPECT_EQ(stay("2s500ms"), 2'500);
  EXPECT_EQ(stay("0"), 0);
  EXPECT_EQ(stay("0s"), 0);
  EXPECT_EQ(stay("300"), 300'000);
  EXPECT_EQ(stay("+1m"), 60'000);
}

TEST(KeepAliveFieldTest, NegativeIsForGoodAndNothingBecomesZeroByRounding) {
  EXPECT_LT(stay(-1), 0);
  EXPECT_LT(stay("-1"), 0);
  EXPECT_LT(stay("-1m"), 0);
  EXPECT_LT(stay(-1e-9), 0);
  EXPECT_EQ(stay("1ns"), 1);
  EXPECT_EQ(stay("3us"), 1);
  EXPECT_GT(stay(1e300), 0) << "cut, not overflown";
  EXPECT_LT(stay(-1e300), 0);
}

TEST(KeepAliveFieldTest, EverythingElseIsRefusedByName) {
  for (const Json& value : {Json(""), Json("soon"), Json("5 m"), Json("m"), Json("5x"), Json("5m3"),
                            Json("--1"), Json("1e3s"), Json("inf"), Json("nan"), Json(true),
                            Json::array(), Json::object(), Json(std::string(70, '1') + "s")}) {
    const auto read = read_keep_alive(value, "keep_alive");
    ASSERT_FALSE(read) << to_text(value);
    EXPECT_EQ(read.error().field, "keep_alive");
  }
}

}  // namespace
}  // namespace pcai::api
