#include "backend/worker/stderr_tail.h"

#include <gtest/gtest.h>

#include <vector>

namespace pcai::backend::worker {
namespace {

struct StderrTailTest : testing::Test {
  std::vector<std::string> lines;
  StderrTail tail{[this](const std::string& line) { lines.push_back(line); }};
};

TEST_F(StderrTailTest, LinesComeWholeHoweverTheyAreSplit) {
  for (const char c : std::string("first\n\nsecond\nthird")) tail.add({&c, 1});
  EXPECT_EQ(lines, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(tail.last_lines(), "first | second | third");
}

TEST_F(StderrTailTest, OnlyTheLastLinesAreShown) {
  tail.add("loading\nterminate called after throwing\n  what():  bad \n\n  \nGGML_ASSERT(x)\n");
  EXPECT_EQ(tail.last_lines(), "terminate called after throwing | what():  bad | GGML_ASSERT(x)");
}

TEST_F(StderrTailTest, NothingIsAnEmptyText) {
  EXPECT_EQ(tail.last_lines(), "");
  tail.add(" \n\n");
  EXPECT_EQ(tail.last_lines(), "");
}

TEST_F(StderrTailTest, AFloodWithoutALineEndStaysBounded) {
  for (int i = 0; i < 1000; ++i) tail.add(std::string(1000, 'x'));
  EXPECT_LT(tail.last_lines().size(), 700U);
  ASSERT_FALSE(lines.empty());
  for (const std::string& line : lines) EXPECT_LT(line.size(), 6000U);
}

TEST(PrintableTest, ControlCharactersAndBrokenTextCannotForgeALine) {
  EXPECT_EQ(printable_end("a\r\n\x1B[31mb\x7F", 100), "a???[31mb?");
  EXPECT_EQ(printable_end("größer", 100), "größer");
  EXPECT_EQ(printable_end("gr\xFF\xC3\xB6", 100), "gr???");
}

TEST(PrintableTest, LongTextKeepsItsEndAndItsLetters) {
  EXPECT_EQ(printable_end("0123456789", 4), "...6789");
  EXPECT_EQ(printable_end("ööö", 3), "...ö");
}

}  // namespace
}  // namespace pcai::backend::worker
