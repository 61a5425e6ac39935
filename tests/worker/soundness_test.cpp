#include "backend/worker/soundness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/parameters/limits.h"
#include "core/utf8.h"

namespace pcai::backend::worker {
namespace {

const std::string kNoUtf8 = "a\xFF";

TEST(SoundnessTest, WhatABackendSaysIsSound) {
  EXPECT_TRUE(is_sound(TextDelta{"größer", {{{1, "\xFF", -0.5F}, {}}}}));  // bytes of half a letter
  EXPECT_TRUE(is_sound(ReasoningDelta{"hm"}));
  EXPECT_TRUE(is_sound(ToolCallDelta{0, "call_1", "ping", "{"}));
  EXPECT_TRUE(is_sound(Finished{FinishReason::Stop, {1, 2, 3, 4}, {0, 1.5, 0, 2}}));
  EXPECT_TRUE(is_sound(Failed{{ErrorCode::Internal, "no"}, {}, {}}));
}

TEST(SoundnessTest, TextThatIsNotUtf8IsNot) {
  EXPECT_FALSE(is_sound(TextDelta{kNoUtf8}));
  EXPECT_FALSE(is_sound(ReasoningDelta{kNoUtf8}));
  EXPECT_FALSE(is_sound(ToolCallDelta{0, kNoUtf8, "", ""}));
  EXPECT_FALSE(is_sound(ToolCallDelta{0, "", kNoUtf8, ""}));
  EXPECT_FALSE(is_sound(ToolCallDelta{0, "", "", kNoUtf8}));
  EXPECT_FALSE(is_sound(Failed{{ErrorCode::Internal, kNoUtf8}, {}, {}}));
  EXPECT_FALSE(is_sound(FromWorker(LoadFailed{{ErrorCode::Internal, "", kNoUtf8}})));
  EXPECT_FALSE(is_sound(FromWorker(RequestRefused{1, {ErrorCode::Internal, kNoUtf8}})));
}

TEST(SoundnessTest, NumbersThatNobodyCouldUseAreNot) {
  EXPECT_FALSE(is_sound(ToolCallDelta{4'000'000'000, "", "", ""}));
  EXPECT_FALSE(is_sound(Finished{FinishReason::Stop, {}, {0, std::nan(""), 0, 0}}));
  EXPECT_FALSE(is_sound(Finished{FinishReason::Stop, {}, {0, 0, 0, -1}}));
  const float inf = std::numeric_limits<float>::infinity();
  for (const float fraction : {-0.1F, 1.1F, inf, std::nanf("")}) {
    EXPECT_FALSE(is_sound(FromWorker(LoadProgressed{fraction})));
  }
  ModelInfo info{.id = "m", .backend = "fake", .architecture = "fake", .context_length = 10};
  EXPECT_TRUE(is_sound(FromWorker(ModelLoaded{info})));
  info.max_sequences = 0;
  EXPECT_FALSE(is_sound(FromWorker(ModelLoaded{info})));
  info.max_sequences = UINT32_MAX;
  EXPECT_FALSE(is_sound(FromWorker(ModelLoaded{info})));
}

TEST(SoundnessTest, PromptLogprobsHaveFiniteNumbersAndNoMoreAlternativesThanCanBeAskedFor) {
  TokenLogprobs token{{1, "\xFF", -0.5F}, std::vector<TokenLogprob>(kMaxTopLogprobs)};
  EXPECT_TRUE(is_sound(PromptLogprobs{{token}}));
  token.top.emplace_back();
  EXPECT_FALSE(is_sound(PromptLogprobs{{token}}));
  EXPECT_FALSE(is_sound(PromptLogprobs{{{{1, "a", std::nanf("")}, {}}}}));
}

TEST(SoundnessTest, AcceptedIsNotAWorkersToSay) {
  EXPECT_FALSE(is_sound(Accepted{}));
}

TEST(SoundnessTest, AnErrorCanAlwaysBeShown) {
  for (const std::string& text :
       {std::string("fine"), kNoUtf8, std::string(1 << 20, 'x'), std::string(5000, '\xFF')}) {
    const Error error = shown({ErrorCode::InvalidModel, text, text});
    EXPECT_EQ(error.code, ErrorCode::InvalidModel);
    EXPECT_TRUE(is_sound(FromWorker(LoadFailed{error})));
  }
  EXPECT_EQ(shown({ErrorCode::Internal, kNoUtf8}).message, "a?");
}

}  // namespace
}  // namespace pcai::backend::worker
