#include "app/choice/memory_limit.h"

#include <gtest/gtest.h>

namespace pcai::app {
namespace {

std::uint64_t bytes(std::string_view text) {
  const auto limit = parse_memory_limit(text);
  return limit && limit->kind == MemoryLimit::Kind::Bytes ? limit->bytes : 0;
}

TEST(MemoryLimitTest, SizesHaveUnits) {
  EXPECT_EQ(bytes("12GB"), 12'000'000'000U);
  EXPECT_EQ(bytes("12 gb"), 12'000'000'000U);
  EXPECT_EQ(bytes("16GiB"), std::uint64_t{16} << 30);
  EXPECT_EQ(bytes("800mb"), 800'000'000U);
  EXPECT_EQ(bytes("7B"), 7U);
}

TEST(MemoryLimitTest, AutoAndOffAreKinds) {
  EXPECT_EQ(parse_memory_limit("auto")->kind, MemoryLimit::Kind::Auto);
  EXPECT_EQ(parse_memory_limit("off")->kind, MemoryLimit::Kind::Off);
  EXPECT_GT(memory_limit_here({}), 0U);
  EXPECT_EQ(memory_limit_here({.kind = MemoryLimit::Kind::Off}), 0U);
}

TEST(MemoryLimitTest, EverythingElseIsRefused) {
  for (const char* text : {"", "12", "GB", "0GB", "-1GB", "1.5GB", "12 G", "99999999999999TB",
                           "12GB more", "18446744073709551616B"}) {
    EXPECT_FALSE(parse_memory_limit(text)) << text;
  }
}

}  // namespace
}  // namespace pcai::app
