#include "llama_server/completion_answer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pcai::llama_server {
namespace {

using nlohmann::json;

CompletionHead head(const json& body = json::object()) {
  json whole = {{"prompt", "hello"}};
  whole.update(body);
  const auto request = parse_completion(whole.dump());
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return head_of(*request, "m", request->warnings.lines());
}

Finished finished() {
  return {.reason = FinishReason::Stop,
          .usage = {.prompt_tokens = 10, .cached_tokens = 4, .completion_tokens = 5},
          .timings = {.prefill_ms = 12, .decode_ms = 50}};
}

TEST(LlamaCompletionAnswerTest, AWholeAnswerHasItsTextAndTimings) {
  CompletionBuilder answer(head());
  answer.add(0, TextDelta{"one "});
  answer.add(0, TextDelta{"two"});
  answer.add(0, finished());
  ASSERT_TRUE(answer.done());
  const json body = json::parse(answer.json());
  EXPECT_EQ(body["content"], "one two");
  EXPECT_EQ(body["prompt"], "hello");
  EXPECT_EQ(body["stop_type"], "eos");
  EXPECT_EQ(body["tokens_cached"], 4);
  EXPECT_EQ(body["timings"]["prompt_n"], 6);
  EXPECT_EQ(body["timings"]["prompt_per_second"], 500);
  EXPECT_EQ(body["timings"]["predicted_per_token_ms"], 10);
  EXPECT_EQ(body["generation_settings"]["n_predict"], -1);
  EXPECT_FALSE(body.contains("warnings"));
}

TEST(LlamaCompletionAnswerTest, TheReasonOfTheEndIsTold) {
  const auto reason = [](const Finished& end) {
    CompletionBuilder answer(head());
    answer.add(0, end);
    const json body = json::parse(answer.json());
    return body["stop_type"].get<std::string>() + "|" + body["stopping_word"].get<std::string>();
  };
  Finished end = finished();
  end.stop_sequence = "###";
  EXPECT_EQ(reason(end), "word|###");
  end.stop_sequence.clear();
  end.reason = FinishReason::Length;
  EXPECT_EQ(reason(end), "limit|");
}

TEST(LlamaCompletionAnswerTest, WantedFieldsStandUnderTheNamesThatAskedForThem) {
  CompletionBuilder answer(
      head({{"response_fields", {"content", "timings/prompt_n", "no/such", "content/x"}},
            {"id_slot", 3}}));
  answer.add(0, TextDelta{"x"});
  answer.add(0, finished());
  const json body = json::parse(answer.json());
  EXPECT_EQ(body["content"], "x");
  EXPECT_EQ(body["timings/prompt_n"], 6);
  EXPECT_EQ(body["warnings"].size(), 1U);
  EXPECT_EQ(body.size(), 3U);
}

TEST(LlamaCompletionAnswerTest, ACutAnswerIsStoppedAndKeepsWhatCameBefore) {
  std::vector<std::uint32_t> stopped;
  CompletionHead cut = head({{"n_indent", 2}});
  cut.stop = [&stopped](std::uint32_t generation) { stopped.push_back(generation); };
  CompletionBuilder answer(std::move(cut));
  answer.add(0, TextDelta{"a\n  b\nc"});
  EXPECT_EQ(stopped, std::vector<std::uint32_t>{0});
  answer.add(0, TextDelta{"late"});
  EXPECT_FALSE(answer.done());
  answer.add(0, Failed{{ErrorCode::Cancelled, "cancelled"}, finished().usage, {}});
  ASSERT_TRUE(answer.done());
  EXPECT_FALSE(answer.error());
  const json body = json::parse(answer.json());
  EXPECT_EQ(body["content"], "a\n  b\n");
  EXPECT_EQ(body["stop_type"], "limit");
  EXPECT_EQ(body["tokens_predicted"], 5);
}

TEST(LlamaCompletionAnswerTest, AnotherFailureIsAnError) {
  CompletionBuilder answer(head());
  answer.add(0, Failed{{ErrorCode::Cancelled, "cancelled"}, {}, {}});
  EXPECT_TRUE(answer.error());
  EXPECT_FALSE(answer.done());
}

TEST(LlamaCompletionAnswerTest, APromptAloneHasNoText) {
  CompletionBuilder answer(head({{"n_predict", 0}}));
  answer.add(0, TextDelta{"x"});
  answer.add(0, finished());
  const json body = json::parse(answer.json());
  EXPECT_EQ(body["content"], "");
  EXPECT_EQ(body["tokens_predicted"], 0);
  EXPECT_EQ(body["stop_type"], "limit");
}

TEST(LlamaCompletionAnswerTest, TokensAndProbabilitiesComeIfTheyAreWanted) {
  CompletionBuilder answer(head({{"n_probs", 1}, {"return_tokens", true}}));
  const TokenLogprob token{.token = 7, .bytes = "x", .logprob = -0.5F};
  answer.add(0, TextDelta{"x", {{token, {token}}}});
  answer.add(0, finished());
  const json body = json::parse(answer.json());
  EXPECT_EQ(body["tokens"], json::array({7}));
  EXPECT_EQ(body["completion_probabilities"][0]["id"], 7);
  EXPECT_EQ(body["completion_probabilities"][0]["top_logprobs"][0]["id"], 7);
}

TEST(LlamaCompletionAnswerTest, SeveralPromptsAreAList) {
  CompletionBuilder answer(head({{"prompt", {"a", "b"}}}));
  answer.add(1, TextDelta{"second"});
  answer.add(1, finished());
  EXPECT_FALSE(answer.done());
  answer.add(0, finished());
  const json body = json::parse(answer.json());
  ASSERT_EQ(body.size(), 2U);
  EXPECT_EQ(body[1]["content"], "second");
  EXPECT_EQ(body[1]["prompt"], "b");
}

TEST(LlamaCompletionAnswerTest, AStreamSendsPiecesAndThenTheEnd) {
  CompletionStream stream(head({{"stream", true}}));
  EXPECT_EQ(stream.add(0, Accepted{}), "");
  const std::string first = stream.add(0, TextDelta{"x"});
  ASSERT_TRUE(first.starts_with("data: {"));
  EXPECT_EQ(json::parse(first.substr(6))["content"], "x");
  EXPECT_EQ(json::parse(first.substr(6))["stop"], false);
  const json last = json::parse(stream.add(0, finished()).substr(6));
  EXPECT_EQ(last["content"], "");
  EXPECT_EQ(last["stop"], true);
  EXPECT_EQ(last["timings"]["predicted_n"], 5);
  EXPECT_TRUE(stream.done());
}

TEST(LlamaCompletionAnswerTest, AFailureEndsAStream) {
  CompletionStream stream(head({{"stream", true}}));
  const std::string frame = stream.add(0, Failed{{ErrorCode::Internal, "broken"}, {}, {}});
  EXPECT_EQ(json::parse(frame.substr(6))["error"]["message"], "broken");
  EXPECT_TRUE(stream.done());
}

}  // namespace
}  // namespace pcai::llama_server
