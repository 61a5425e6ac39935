#include "llama_server/writing.h"

#include <gtest/gtest.h>

namespace pcai::llama_server {
namespace {

using std::chrono::milliseconds;

const Writing::Clock::time_point kStart{};

TEST(WritingTest, ALineThatIsIndentedByLessEndsTheAnswer) {
  Writing writing({.indent = 2});
  EXPECT_EQ(writing.take("a = 1\n  b"), "a = 1\n  b");
  EXPECT_FALSE(writing.cut());
  EXPECT_EQ(writing.take(" = 2\n }\n"), " = 2\n ");
  EXPECT_TRUE(writing.cut());
  EXPECT_EQ(writing.take("more"), "");
}

TEST(WritingTest, TheIndentationMayComeInPieces) {
  Writing writing({.indent = 3});
  EXPECT_EQ(writing.take("x\n"), "x\n");
  EXPECT_EQ(writing.take("\t"), "\t");
  EXPECT_EQ(writing.take("  y"), "  y");
  EXPECT_FALSE(writing.cut());
  writing.take("\n");
  writing.take("  ");
  EXPECT_EQ(writing.take("z"), "");
  EXPECT_TRUE(writing.cut());
}

TEST(WritingTest, TheFirstLineAndEmptyLinesNeedNoIndentation) {
  Writing writing({.indent = 4});
  EXPECT_EQ(writing.take("x\n\r\n\n    y"), "x\n\r\n\n    y");
  EXPECT_FALSE(writing.cut());
}

TEST(WritingTest, TheTimeEndsTheAnswerOnceALineHasEnded) {
  Writing writing({.longest = milliseconds(100)});
  writing.take("a", kStart);
  EXPECT_EQ(writing.take("b", kStart + milliseconds(500)), "b");
  EXPECT_FALSE(writing.cut());
  EXPECT_EQ(writing.take("c\nd", kStart + milliseconds(501)), "c\nd");
  EXPECT_TRUE(writing.cut());
  EXPECT_TRUE(writing.has_new_line());
}

TEST(WritingTest, WithoutCutsEverythingBelongsToTheAnswer) {
  Writing writing({});
  writing.take("a\nb", kStart);
  EXPECT_EQ(writing.take("\nc", kStart + std::chrono::hours(1)), "\nc");
  EXPECT_FALSE(writing.cut());
}

}  // namespace
}  // namespace pcai::llama_server
