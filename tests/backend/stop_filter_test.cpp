#include "backend/stop_filter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace pcai::backend {
namespace {

TEST(StopFilterTest, WithoutSequencesAllTextPassesAtOnce) {
  StopFilter filter({});
  EXPECT_EQ(filter.add("hello"), "hello");
  EXPECT_EQ(filter.take_held(), "");
  EXPECT_FALSE(filter.stopped());
}

TEST(StopFilterTest, ASequenceAcrossPiecesNeverShows) {
  StopFilter filter({"END"});
  EXPECT_EQ(filter.add("the E"), "the ");
  EXPECT_EQ(filter.add("N"), "");
  EXPECT_EQ(filter.add("D and more"), "");
  EXPECT_TRUE(filter.stopped());
  EXPECT_EQ(filter.add("later"), "");
  EXPECT_EQ(filter.take_held(), "");
}

TEST(StopFilterTest, AFalseStartIsReleased) {
  StopFilter filter({"END"});
  EXPECT_EQ(filter.add("EN"), "");
  EXPECT_EQ(filter.add("EN"), "EN");
  EXPECT_EQ(filter.take_held(), "EN");
}

TEST(StopFilterTest, TheEarliestOfSeveralSequencesEndsTheText) {
  StopFilter filter({"three", "two"});
  EXPECT_EQ(filter.add("one two three"), "one ");
  EXPECT_TRUE(filter.stopped());
}

TEST(StopFilterTest, NoMoreIsHeldThanCouldBeginASequence) {
  StopFilter filter({"aab"});
  EXPECT_EQ(filter.add("aaa"), "a");
  EXPECT_EQ(filter.add("b"), "");
  EXPECT_TRUE(filter.stopped());
}

// Against the plain way: the whole text, cut at the first place where a sequence is complete.
TEST(StopFilterTest, RandomTextInRandomPiecesIsCutWhereASequenceIsFirstComplete) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto letters = [&](std::size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('a' + random() % 3);
    return text;
  };
  for (int round = 0; round < 5'000; ++round) {
    std::vector<std::string> sequences(1 + random() % 3);
    for (std::string& sequence : sequences) sequence = letters(1 + random() % 4);
    const std::string text = letters(random() % 30);

    StopFilter filter(sequences);
    std::string shown;
    for (std::size_t at = 0; at < text.size() && !filter.stopped();) {
      const std::size_t size = 1 + random() % 3;
      shown += filter.add(std::string_view(text).substr(at, size));
      at += size;
      for (const std::string& sequence : sequences) {
        ASSERT_EQ(shown.find(sequence), std::string::npos) << text;
      }
      // What was shown is always a beginning of the text.
      ASSERT_EQ(text.compare(0, shown.size(), shown), 0);
    }
    bool contains = false;
    for (const std::string& sequence : sequences)
      contains |= text.find(sequence) != std::string::npos;
    ASSERT_EQ(filter.stopped(), contains) << text;
    if (!filter.stopped()) {
      ASSERT_EQ(shown + filter.take_held(), text);
    }
  }
}

TEST(StopFilterTest, SaysWhichSequenceEndedTheText) {
  StopFilter filter({"later", "end", "en"});
  EXPECT_EQ(filter.add("the "), "the ");
  EXPECT_EQ(filter.matched(), "");
  filter.add("e");
  EXPECT_EQ(filter.add("nd later"), "");
  EXPECT_EQ(filter.matched(), "end");  // the first in the text; of two there, the first in the list
}

}  // namespace
}  // namespace pcai::backend
