#include "backend/llamacpp/plan/prefix_cache.h"

#include <gtest/gtest.h>

#include <numeric>

namespace pcai::backend::llamacpp {
namespace {

SequenceText text(std::uint32_t count, Token first = 1) {
  SequenceText result;
  result.tokens.resize(count);
  std::iota(result.tokens.begin(), result.tokens.end(), first);
  return result;
}

class PrefixCacheTest : public testing::Test {
 protected:
  /// A sequence that holds all of the text's tokens.
  SequenceId hold(const SequenceText& text) {
    const SequenceId sequence = cache_.take_sequence();
    cache_.resize(sequence, text.size());
    return sequence;
  }

  SequenceId keep(const SequenceText& text) {
    const SequenceId sequence = hold(text);
    cache_.keep(sequence, text);
    return sequence;
  }

  /// How much of what is idle the text can share.
  std::uint32_t found(const SequenceText& text) const { return cache_.find(text, {}).length; }

  PrefixCache cache_{1000, 3};
};

TEST_F(PrefixCacheTest, TheLongestIdlePrefixIsFound) {
  keep(text(10));
  SequenceText longer = text(20);
  longer.tokens[15] = 99;
  const SequenceId sequence = keep(longer);
  const PrefixMatch match = cache_.find(text(30), {});
  EXPECT_EQ(match.source, sequence);
  EXPECT_EQ(match.length, 15U);
  EXPECT_EQ(match.leader, 0U);
}

TEST_F(PrefixCacheTest, TheLastTokenIsNeverShared) {
  keep(text(20));
  EXPECT_EQ(found(text(20)), 19U);
  EXPECT_EQ(found(text(12)), 11U);
}

TEST_F(PrefixCacheTest, AVeryShortPrefixIsNotShared) {
  SequenceText other = text(20);
  other.tokens[3] = 99;
  keep(other);
  EXPECT_EQ(cache_.find(text(20), {}).source, -1);
}

TEST_F(PrefixCacheTest, NothingIsSharedWithAnotherScopeOrOtherAdapters) {
  keep(text(20));
  SequenceText scoped = text(20);
  scoped.scope = "other";
  EXPECT_EQ(found(scoped), 0U);
  SequenceText scaled = text(20);
  scaled.adapters = {0.5F};
  EXPECT_EQ(found(scaled), 0U);
}

TEST_F(PrefixCacheTest, APrefixEndsBeforeAPictureThatItWouldCut) {
  SequenceText held = text(20);
  held.tokens[14] = 99;
  keep(held);
  SequenceText wanted = text(20);
  wanted.media = {{.first = 10, .count = 6, .positions = 6}};
  EXPECT_EQ(found(wanted), 10U);
}

TEST_F(PrefixCacheTest, ARunningSequenceIsSharedAsFarAsItIsComputed) {
  const SequenceText other = text(200);
  const RunningText running{.request = 7, .sequence = 2, .text = &other, .computed = 60};
  const PrefixMatch match = cache_.find(text(100), {running});
  EXPECT_EQ(match.source, 2);
  EXPECT_EQ(match.length, 60U);
  EXPECT_EQ(match.leader, 0U) << "it computes no more of its prompt";
}

TEST_F(PrefixCacheTest, ARequestThatComputesMuchOfTheSamePromptLeads) {
  const SequenceText other = text(200);
  RunningText running{
      .request = 7, .sequence = 2, .text = &other, .computed = 60, .has_prompt = true};
  const PrefixMatch match = cache_.find(text(100), {running});
  EXPECT_EQ(match.leader, 7U);
  EXPECT_EQ(match.lead, 99U);
  running.computed = 98;
  EXPECT_EQ(cache_.find(text(100), {running}).leader, 0U) << "one token is not worth waiting for";
}

TEST_F(PrefixCacheTest, SharedCellsAreCountedOnce) {
  keep(text(20));
  const SequenceText wanted = text(12);
  const PrefixMatch match = cache_.find(wanted, {});
  const SequenceId sequence = cache_.take_sequence();
  cache_.take_operations();
  cache_.share(match, sequence, wanted);
  EXPECT_EQ(cache_.used(), 20U);
  EXPECT_EQ(cache_.held_by({sequence}), 11U);
  const std::vector<MemoryOperation> operations = cache_.take_operations();
  ASSERT_EQ(operations.size(), 1U);
  EXPECT_EQ(operations[0].kind, MemoryOperation::Kind::Copy);
  EXPECT_EQ(operations[0].source, match.source);
  EXPECT_EQ(operations[0].length, 11U);
  EXPECT_TRUE(cache_.take_operations().empty());
}

TEST_F(PrefixCacheTest, ACopyIsMeasuredInPositions) {
  SequenceText wanted = text(20);
  wanted.media = {{.first = 2, .count = 6, .positions = 1}};
  keep(wanted);
  const PrefixMatch match = cache_.find(wanted, {});
  cache_.take_operations();
  cache_.share(match, cache_.take_sequence(), wanted);
  EXPECT_EQ(match.length, 19U);
  EXPECT_EQ(cache_.take_operations().at(0).length, 14U);
}

TEST_F(PrefixCacheTest, AnIdlePrefixThatIsSharedWholeGoes) {
  const SequenceId idle = keep(text(20));
  const SequenceText wanted = text(40);
  cache_.share(cache_.find(wanted, {}), cache_.take_sequence(), wanted);
  EXPECT_EQ(cache_.used(), 20U);
  EXPECT_EQ(found(wanted), 0U);
  EXPECT_EQ(cache_.take_sequence(), idle);
}

TEST_F(PrefixCacheTest, OfTwoIdlePrefixesTheLongerOneStays) {
  keep(text(20));
  keep(text(10));
  EXPECT_EQ(cache_.used(), 20U);
  keep(text(30));
  EXPECT_EQ(cache_.used(), 30U);
  EXPECT_EQ(found(text(100)), 30U);
}

TEST_F(PrefixCacheTest, OnlyTheTokensThatTheSequenceHoldsAreKept) {
  const SequenceId sequence = cache_.take_sequence();
  cache_.resize(sequence, 8);
  cache_.keep(sequence, text(20));
  EXPECT_EQ(found(text(20)), 8U);
}

TEST_F(PrefixCacheTest, TheLeastRecentlyUsedGoesFirst) {
  keep(text(20, 100));
  keep(text(20, 200));
  keep(text(20, 300));
  cache_.touch(cache_.find(text(20, 100), {}));
  EXPECT_TRUE(cache_.evict());
  EXPECT_EQ(found(text(20, 200)), 0U);
  cache_.take_sequence();
  cache_.take_sequence();  // none is free any more
  EXPECT_EQ(found(text(20, 300)), 0U);
  EXPECT_EQ(found(text(20, 100)), 19U);
}

TEST_F(PrefixCacheTest, RoomIsMadeByNoMoreThanIsNeeded) {
  keep(text(300, 1000));
  keep(text(300, 2000));
  EXPECT_TRUE(cache_.make_room(400));
  EXPECT_EQ(cache_.used(), 600U);
  EXPECT_TRUE(cache_.make_room(600));
  EXPECT_EQ(cache_.used(), 300U);
}

TEST_F(PrefixCacheTest, NoRoomIsMadeOfSequencesThatAreInUse) {
  keep(text(300));
  hold(text(600, 1000));
  EXPECT_FALSE(cache_.make_room(500));
  EXPECT_EQ(cache_.used(), 600U);
  EXPECT_FALSE(cache_.evict());
}

}  // namespace
}  // namespace pcai::backend::llamacpp
