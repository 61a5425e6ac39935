#include "backend/mistralrs/live_request.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "backend/recording_sink.h"
#include "mistralrs/scripted_bridge.h"

namespace pcai::backend::mistralrs {
namespace {

const std::vector<std::string> kTokens = {"Hel",          "lo",
                                          "\xC3",         "\xA4",
                                          "one E",        "ND two",
                                          "one EN",       "a",
                                          "<think>",      "</think>",
                                          "why",          "\n{\"name\": \"wave\"",
                                          "<tool_call>",  ", \"arguments\": {}}\n",
                                          "</tool_call>", "<end>"};

class LiveRequestTest : public testing::Test {
 protected:
  LiveRequest request(const GenerateParams& params = {}, const answer::AnswerFormat& format = {}) {
    return {params, format, tokenizer_, sink_};
  }

  pcai_mrs_event token(std::string_view text) const {
    const auto found = std::find(kTokens.begin(), kTokens.end(), text);
    EXPECT_NE(found, kTokens.end()) << text;
    return {.kind = PCAI_MRS_TOKEN,
            .prompt_tokens = 7,
            .token = static_cast<std::int32_t>(found - kTokens.begin())};
  }

  static pcai_mrs_event last(pcai_mrs_event_kind kind) {
    return {.kind = kind, .prompt_tokens = 7, .token = -1};
  }

  std::shared_ptr<const BridgeTokenizer> tokenizer_ = scripted_tokenizer(kTokens);
  std::shared_ptr<backend::RecordingSink> sink_ = std::make_shared<backend::RecordingSink>();
};

TEST_F(LiveRequestTest, TokensBecomeTextAndUsage) {
  LiveRequest live = request();
  EXPECT_FALSE(live.take(token("Hel")));
  EXPECT_FALSE(live.take(token("lo")));
  EXPECT_TRUE(live.take(last(PCAI_MRS_STOPPED)));
  const auto events = sink_->events();
  EXPECT_EQ(backend::text_of(events), "Hello");
  ASSERT_NE(backend::finished_in(events), nullptr);
  EXPECT_EQ(backend::finished_in(events)->reason, FinishReason::Stop);
  EXPECT_EQ(backend::finished_in(events)->usage.prompt_tokens, 7U);
  EXPECT_EQ(backend::finished_in(events)->usage.completion_tokens, 2U);
}

TEST_F(LiveRequestTest, ALetterInPiecesComesWhole) {
  LiveRequest live = request();
  live.take(token("\xC3"));
  EXPECT_TRUE(sink_->events().empty());
  live.take(token("\xA4"));
  live.take(last(PCAI_MRS_LENGTH));
  EXPECT_EQ(backend::text_of(sink_->events()), "\xC3\xA4");
  EXPECT_EQ(backend::finished_in(sink_->events())->reason, FinishReason::Length);
}

TEST_F(LiveRequestTest, AStopSequenceEndsItAndIsNotShown) {
  LiveRequest live = request({.stop_sequences = {"END"}});
  EXPECT_FALSE(live.take(token("one E")));
  EXPECT_TRUE(live.take(token("ND two")));
  EXPECT_EQ(backend::text_of(sink_->events()), "one ");
  EXPECT_TRUE(sink_->kept_the_rules());
}

TEST_F(LiveRequestTest, WhatWasHeldBackComesWithTheEnd) {
  LiveRequest live = request({.stop_sequences = {"END"}});
  live.take(token("one EN"));
  live.take(last(PCAI_MRS_LENGTH));
  EXPECT_EQ(backend::text_of(sink_->events()), "one EN");
}

TEST_F(LiveRequestTest, AFailureCarriesItsReasonAndWhatWasDone) {
  LiveRequest live = request();
  live.take(token("a"));
  pcai_mrs_event event = last(PCAI_MRS_FAILED);
  const std::string_view reason = "no more memory";
  event.status = PCAI_MRS_INTERNAL;
  event.text = reason.data();
  event.size = reason.size();
  EXPECT_TRUE(live.take(event));
  const auto events = sink_->events();
  ASSERT_NE(backend::failed_in(events), nullptr);
  EXPECT_EQ(backend::failed_in(events)->error.code, ErrorCode::Internal);
  EXPECT_EQ(backend::failed_in(events)->error.message, reason);
  EXPECT_EQ(backend::failed_in(events)->usage.completion_tokens, 1U);
}

TEST_F(LiveRequestTest, ReasoningAndCallsAreTakenApart) {
  const answer::AnswerFormat format{
      .reasoning_begin = "<think>",
      .reasoning_end = "</think>",
      .has_calls = true,
      .marks = {"<think>", "</think>", "<tool_call>", "</tool_call>"}};
  LiveRequest live = request({}, format);
  for (const char* text : {"<think>", "why", "</think>", "<tool_call>", "\n{\"name\": \"wave\"",
                           ", \"arguments\": {}}\n", "</tool_call>"}) {
    EXPECT_FALSE(live.take(token(text)));
  }
  EXPECT_TRUE(live.take(last(PCAI_MRS_STOPPED)));
  const auto events = sink_->events();
  std::string reasoning;
  std::string name;
  for (const GenerateEvent& event : events) {
    if (const auto* delta = std::get_if<ReasoningDelta>(&event)) reasoning += delta->text;
    if (const auto* call = std::get_if<ToolCallDelta>(&event)) name += call->name;
  }
  EXPECT_EQ(reasoning, "why");
  EXPECT_EQ(name, "wave");
  EXPECT_EQ(backend::text_of(events), "");
  ASSERT_NE(backend::finished_in(events), nullptr);
  EXPECT_EQ(backend::finished_in(events)->reason, FinishReason::ToolCalls);
  EXPECT_EQ(backend::finished_in(events)->usage.reasoning_tokens, 2U);
}

TEST_F(LiveRequestTest, ASpecialTokenThatIsNoMarkAddsNothing) {
  LiveRequest live = request();
  live.take(token("a"));
  live.take(token("<think>"));
  live.take(last(PCAI_MRS_LENGTH));
  EXPECT_EQ(backend::text_of(sink_->events()), "a");
  EXPECT_EQ(backend::finished_in(sink_->events())->usage.completion_tokens, 2U);
}

}  // namespace
}  // namespace pcai::backend::mistralrs
