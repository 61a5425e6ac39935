#include <algorithm>

#include "contract/contract_fixture.h"
#include "core/utf8.h"

namespace pcai::backend {
namespace {

constexpr const char* kStory = "Tell me a long story about a fox.";

TEST_P(BackendContractTest, AStopSequenceEndsTheTextAndIsNoPartOfIt) {
  const std::string whole = text_of(run_again(chat_request(kStory, greedy(32))));
  ASSERT_GE(whole.size(), 24U);
  // Cuts at places that are no borders of tokens, where the bytes around are plain ASCII.
  for (const std::size_t at : {whole.size() / 4, whole.size() / 2, whole.size() * 3 / 4}) {
    const std::string stop = whole.substr(at, 5);
    SCOPED_TRACE(stop);
    if (!std::all_of(stop.begin(), stop.end(), [](char c) { return c > 0; })) continue;
    GenerateParams params = greedy(32);
    params.stop_sequences = {"this never comes", stop};
    const auto events = run_again(chat_request(kStory, params));
    ASSERT_NE(finished_in(events), nullptr);
    EXPECT_EQ(text_of(events).find(stop), std::string::npos);
    if (!capabilities().supports_seed) continue;
    EXPECT_EQ(text_of(events), whole.substr(0, whole.find(stop)));
    EXPECT_EQ(finished_in(events)->stop_sequence, stop);
    EXPECT_EQ(finished_in(events)->reason, FinishReason::Stop);
  }
}

TEST_P(BackendContractTest, WhatWasHeldBackForAStopSequenceComesAtTheEnd) {
  if (!capabilities().supports_seed) GTEST_SKIP() << "the text is not the same twice";
  const std::string whole = text_of(run_again(chat_request(kStory, greedy(12))));
  ASSERT_GE(whole.size(), 3U);
  GenerateParams params = greedy(12);
  params.stop_sequences = {whole.substr(whole.size() - 2) + "never"};
  if (!is_valid_utf8(params.stop_sequences[0])) GTEST_SKIP() << "the text ends in a long letter";
  const auto events = run_again(chat_request(kStory, params));
  EXPECT_EQ(text_of(events), whole);
}

TEST_P(BackendContractTest, EveryDeltaIsWholeUtf8) {
  const char* const prompts[] = {
      "Répétez: àéîõü, ß, Ω, 日本語, 😀😃😄😁😆😅🤣😂",
      "Write only emoji and Chinese characters: 😀 狐狸 🦊"};
  for (const char* prompt : prompts) {
    GenerateParams params = greedy(48);
    params.temperature = 3;  // far off the trodden path, into tokens that are pieces of letters
    params.top_p = 1;
    params.top_k = 0;
    for (const GenerateEvent& event : run(model(), chat_request(prompt, params))) {
      if (const auto* text = std::get_if<TextDelta>(&event)) {
        EXPECT_TRUE(is_valid_utf8(text->text));
      }
      if (const auto* reasoning = std::get_if<ReasoningDelta>(&event)) {
        EXPECT_TRUE(is_valid_utf8(reasoning->text));
      }
    }
  }
}

TEST_P(BackendContractTest, ADeltaIsNeverEmptyWithoutReason) {
  for (const GenerateEvent& event : run(model(), chat_request(kStory, greedy(16)))) {
    if (const auto* text = std::get_if<TextDelta>(&event)) {
      EXPECT_FALSE(text->text.empty());
      EXPECT_TRUE(text->logprobs.empty()) << "nobody asked for them";
    }
  }
}

TEST_P(BackendContractTest, LogprobsHaveOneEntryATokenOrAreRefused) {
  GenerateParams params = greedy(12);
  params.logprobs = true;
  params.top_logprobs = 5;
  if (!capabilities().supports_logprobs) {
    const Error error = refusal(model(), chat_request(kStory, params));
    EXPECT_EQ(error.code, ErrorCode::Unsupported);
    EXPECT_EQ(error.field, "logprobs");
    return;
  }
  const auto events = run(model(), chat_request(kStory, params));
  const auto logprobs = logprobs_of(events);
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_EQ(logprobs.size(), finished_in(events)->usage.completion_tokens);
  std::string joined;
  for (const TokenLogprobs& entry : logprobs) {
    joined += entry.chosen.bytes;
    EXPECT_LE(entry.chosen.logprob, 0.0F);
    ASSERT_EQ(entry.top.size(), 5U);
    EXPECT_EQ(entry.top[0].token, entry.chosen.token) << "greedy takes the most likely one";
    EXPECT_TRUE(std::is_sorted(
        entry.top.begin(), entry.top.end(),
        [](const TokenLogprob& a, const TokenLogprob& b) { return a.logprob > b.logprob; }));
  }
  if (is_valid_utf8(joined)) {
    EXPECT_EQ(joined, text_of(events));
  }
}

TEST_P(BackendContractTest, LogprobsAreCompleteAlsoWhenAStopSequenceEndsTheText) {
  if (!capabilities().supports_logprobs) GTEST_SKIP() << "no logprobs";
  const std::string whole = text_of(run_warm(model(), chat_request(kStory, greedy(16))));
  GenerateParams params = greedy(16);
  params.logprobs = true;
  params.stop_sequences = {whole.substr(whole.size() / 2, 4)};
  if (!is_valid_utf8(params.stop_sequences[0])) GTEST_SKIP() << "no plain text there";
  const auto events = run(model(), chat_request(kStory, params));
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_EQ(logprobs_of(events).size(), finished_in(events)->usage.completion_tokens);
}

TEST_P(BackendContractTest, ZeroAlternativesMeansTheChosenTokenOnly) {
  if (!capabilities().supports_logprobs) GTEST_SKIP() << "no logprobs";
  GenerateParams params = greedy(4);
  params.logprobs = true;
  const auto logprobs = logprobs_of(run(model(), chat_request(kStory, params)));
  EXPECT_EQ(logprobs.size(), 4U);
  for (const TokenLogprobs& entry : logprobs) EXPECT_TRUE(entry.top.empty());
}

TEST_P(BackendContractTest, PromptLogprobsComeBeforeTheAnswerWithAnEntryATokenOrAreRefused) {
  GenerateParams params = greedy(2);
  params.prompt_logprobs = 3;
  const GenerateRequest request{.prompt = TextPrompt{"Tell me a long story about a red fox."},
                                .params = params};
  if (!capabilities().supports_prompt_logprobs) {
    const Error error = refusal(model(), request);
    EXPECT_EQ(error.code, ErrorCode::Unsupported);
    EXPECT_EQ(error.field, "prompt_logprobs");
    return;
  }
  for (int i = 0; i < 2; ++i) {  // the second time the prefix is in the cache
    const auto events = run(model(), request);
    std::vector<TokenLogprobs> tokens;
    bool answered = false;
    for (const GenerateEvent& event : events) {
      answered = answered || std::holds_alternative<TextDelta>(event);
      const auto* part = std::get_if<PromptLogprobs>(&event);
      if (part == nullptr) continue;
      EXPECT_FALSE(answered);
      tokens.insert(tokens.end(), part->tokens.begin(), part->tokens.end());
    }
    ASSERT_NE(finished_in(events), nullptr);
    EXPECT_EQ(finished_in(events)->usage.cached_tokens, 0U);
    ASSERT_EQ(tokens.size(), finished_in(events)->usage.prompt_tokens);
    EXPECT_EQ(tokens[0].chosen.logprob, 0.0F);
    EXPECT_TRUE(tokens[0].top.empty());
    for (std::size_t k = 1; k < tokens.size(); ++k) {
      EXPECT_LT(tokens[k].chosen.logprob, 0.0F);
      ASSERT_EQ(tokens[k].top.size(), 3U);
      EXPECT_GE(tokens[k].top[0].logprob, tokens[k].top[1].logprob);
      EXPECT_GE(tokens[k].top[0].logprob, tokens[k].chosen.logprob);
    }
  }
}

TEST_P(BackendContractTest, WhoAsksForNoPromptLogprobsGetsNone) {
  for (const GenerateEvent& event : run(model(), chat_request(kStory, greedy(2)))) {
    EXPECT_FALSE(std::holds_alternative<PromptLogprobs>(event));
  }
}

}  // namespace
}  // namespace pcai::backend
