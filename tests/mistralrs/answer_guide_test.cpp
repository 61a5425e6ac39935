#include "backend/mistralrs/answer_guide.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mistralrs/scripted_bridge.h"

namespace pcai::backend::mistralrs {
namespace {

enum Id : std::int32_t { kThink, kThinkEnd, kA, kB, kEnd };

const std::vector<std::string> kTokens = {"<think>", "</think>", "a", "b", "<end>"};

const answer::AnswerFormat kReasoning{
    .reasoning_begin = "<think>", .reasoning_end = "</think>", .marks = {"<think>", "</think>"}};

class AnswerGuideTest : public testing::Test {
 protected:
  AnswerGuide regex(const std::string& source) {
    auto compiler = grammar::GrammarCompiler::create(tokenizer_->vocabulary());
    EXPECT_TRUE(compiler) << compiler.error().message;
    std::shared_ptr<grammar::GrammarCompiler> shared(std::move(*compiler));
    auto matcher = shared->compile({GrammarKind::Regex, source});
    EXPECT_TRUE(matcher) << matcher.error().message;
    return {tokenizer_, AnswerGuide::Constraint{shared, std::move(*matcher)}, std::nullopt};
  }

  AnswerGuide budget(std::uint32_t tokens, const answer::AnswerFormat& format = kReasoning) {
    return {tokenizer_, std::nullopt, AnswerGuide::Budget{tokens, {kThinkEnd}, format}};
  }

  std::shared_ptr<const BridgeTokenizer> tokenizer_ = scripted_tokenizer(kTokens);
};

TEST_F(AnswerGuideTest, AGrammarAllowsWhatMatchesAndIsCompleteAtItsEnd) {
  AnswerGuide guide = regex("ab");
  EXPECT_TRUE(guide.allows(kA));
  EXPECT_FALSE(guide.allows(kB));
  EXPECT_FALSE(guide.allows(kEnd));
  EXPECT_EQ(guide.mask()[0] & 0x1FU, 1U << kA);
  EXPECT_EQ(guide.accept(kA), 0);
  EXPECT_EQ(guide.accept(kB), 1);
}

TEST_F(AnswerGuideTest, WhatTheGrammarForcesIsForcedAsTheTokenizerWritesIt) {
  AnswerGuide guide = regex("a(a|b)bb");
  EXPECT_EQ(guide.forced(), -1);
  guide.accept(kA);
  EXPECT_EQ(guide.forced(), -1);
  guide.accept(kA);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(guide.forced(), kB);
    guide.accept(kB);
  }
  EXPECT_EQ(guide.forced(), -1);
}

TEST_F(AnswerGuideTest, WhatIsNotAllowedFailsWithTheReason) {
  AnswerGuide guide = regex("ab");
  EXPECT_EQ(guide.error(), nullptr);
  EXPECT_EQ(guide.accept(kB), 2);
  ASSERT_NE(guide.error(), nullptr);
  EXPECT_TRUE(guide.mask().empty());
}

TEST_F(AnswerGuideTest, ReasoningOverItsBudgetIsEnded) {
  AnswerGuide guide = budget(2);
  guide.accept(kThink);
  EXPECT_EQ(guide.forced(), -1);
  guide.accept(kA);
  EXPECT_EQ(guide.forced(), -1);
  guide.accept(kA);
  EXPECT_EQ(guide.forced(), kThinkEnd);
  guide.accept(kThinkEnd);
  EXPECT_EQ(guide.forced(), -1);
  guide.accept(kA);
  EXPECT_EQ(guide.forced(), -1);
}

TEST_F(AnswerGuideTest, AnAnswerWithoutReasoningHasNoUseForABudget) {
  AnswerGuide guide = budget(0);
  EXPECT_EQ(guide.forced(), -1);
  guide.accept(kA);
  EXPECT_EQ(guide.forced(), -1);
}

TEST_F(AnswerGuideTest, ReasoningThatThePromptBeganCanBeEndedAtOnce) {
  answer::AnswerFormat format = kReasoning;
  format.begins_in_reasoning = true;
  EXPECT_EQ(budget(0, format).forced(), kThinkEnd);
}

TEST_F(AnswerGuideTest, TheBridgeOwnsIt) {
  auto guide = std::make_unique<AnswerGuide>(budget(1));
  const pcai_mrs_guide handed = AnswerGuide::hand_over(std::move(guide));
  EXPECT_EQ(handed.allows(handed.user, kB), 1);
  EXPECT_EQ(handed.accept(handed.user, kThink), 0);
  EXPECT_EQ(handed.accept(handed.user, kA), 0);
  EXPECT_EQ(handed.forced(handed.user), kThinkEnd);
  EXPECT_EQ(handed.error(handed.user), nullptr);
  handed.release(handed.user);
}

}  // namespace
}  // namespace pcai::backend::mistralrs
