#include "openai/chat/chat_response.h"

#include <gtest/gtest.h>

#include <limits>

#include "api/json_text.h"
#include "events.h"

namespace pcai::openai {
namespace {

ChatResponseHead head(std::vector<std::string> warnings = {}) {
  return {"chatcmpl-1", 1'700'000'000, "org/m:q4", std::move(warnings)};
}

/// The body of one choice after these events.
api::Json body_of(const std::vector<GenerateEvent>& events, bool logprobs = false) {
  ChatResponseBuilder builder(head(), 1, logprobs);
  for (const GenerateEvent& event : events) builder.add(0, event);
  EXPECT_TRUE(builder.done());
  EXPECT_FALSE(builder.error());
  return api::Json::parse(builder.json());
}

TEST(ChatResponseTest, TheWholeBodyIsAsClientsExpectIt) {
  ChatResponseBuilder builder(head(), 1, false);
  builder.add(0, Accepted{});
  builder.add(0, TextDelta{"Hello, "});
  builder.add(0, TextDelta{"world"});
  EXPECT_FALSE(builder.done());
  builder.add(0, finished(FinishReason::Length, {10, 4, 2, 1}, {1.5, 20, 22.25, 8}));
  EXPECT_TRUE(builder.done());
  EXPECT_EQ(
      builder.json(),
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"org/m:q4",)"
      R"("choices":[{"index":0,"message":{"role":"assistant","content":"Hello, world",)"
      R"("refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"length"}],)"
      R"("usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,)"
      R"("prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},)"
      R"("completion_tokens_details":{"reasoning_tokens":1,"accepted_prediction_tokens":0,)"
      R"("rejected_prediction_tokens":0,"audio_tokens":0}},"system_fingerprint":"fp_pcai",)"
      R"("timings":{"queue_ms":1.5,"prefill_ms":20.0,"first_token_ms":22.25,"decode_ms":8.0,)"
      R"("prompt_per_second":300.0,"predicted_per_second":250.0}})");
}

TEST(ChatResponseTest, RatesAreLeftOutWhereThereIsNothingToDivide) {
  const api::Json timings =
      body_of({finished(FinishReason::Stop, {10, 10, 1, 0}, {0, 5, 5, 0})})["timings"];
  EXPECT_FALSE(timings.contains("prompt_per_second"));
  EXPECT_FALSE(timings.contains("predicted_per_second"));
}

TEST(ChatResponseTest, WarningsAreThereOnlyWhenThereAreAny) {
  ChatResponseBuilder builder(head({"user has no effect here"}), 1, false);
  builder.add(0, finished());
  EXPECT_EQ(api::Json::parse(builder.json())["warnings"], api::Json({"user has no effect here"}));
  EXPECT_FALSE(body_of({finished()}).contains("warnings"));
}

TEST(ChatResponseTest, AnAnswerWithoutTextIsAnEmptyString) {
  EXPECT_EQ(body_of({finished()})["choices"][0]["message"]["content"], "");
}

TEST(ChatResponseTest, SeveralChoicesKeepTheirOrderAndCountThePromptOnce) {
  ChatResponseBuilder builder(head(), 3, false);
  builder.add(2, TextDelta{"c"});
  builder.add(0, TextDelta{"a"});
  builder.add(2, finished(FinishReason::Length, {10, 10, 5, 1}, {3, 0, 9, 7}));
  builder.add(1, TextDelta{"b"});
  builder.add(0, finished(FinishReason::Stop, {10, 2, 3, 1}, {1, 30, 0, 5}));
  EXPECT_FALSE(builder.done());
  builder.add(1, finished(FinishReason::Stop, {10, 9, 4, 0}, {2, 1, 6, 8}));
  ASSERT_TRUE(builder.done());
  const api::Json body = api::Json::parse(builder.json());
  ASSERT_EQ(body["choices"].size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(body["choices"][i]["index"], i);
    EXPECT_EQ(body["choices"][i]["message"]["content"], std::string(1, static_cast<char>('a' + i)));
  }
  EXPECT_EQ(body["choices"][2]["finish_reason"], "length");
  EXPECT_EQ(body["usage"]["prompt_tokens"], 10);
  EXPECT_EQ(body["usage"]["completion_tokens"], 12);
  EXPECT_EQ(body["usage"]["total_tokens"], 22);
  EXPECT_EQ(body["usage"]["prompt_tokens_details"]["cached_tokens"], 2);
  EXPECT_EQ(body["usage"]["completion_tokens_details"]["reasoning_tokens"], 2);
  EXPECT_EQ(body["timings"]["queue_ms"], 3);
  EXPECT_EQ(body["timings"]["prefill_ms"], 30);
  EXPECT_EQ(body["timings"]["first_token_ms"], 6);
  EXPECT_EQ(body["timings"]["decode_ms"], 8);
}

TEST(ChatResponseTest, ReasoningHasItsOwnMember) {
  const api::Json body =
      body_of({ReasoningDelta{"I th"}, ReasoningDelta{"ink"}, TextDelta{"42"}, finished()});
  EXPECT_EQ(body["choices"][0]["message"]["reasoning_content"], "I think");
  EXPECT_EQ(body["choices"][0]["message"]["content"], "42");
  EXPECT_FALSE(body_of({finished()})["choices"][0]["message"].contains("reasoning_content"));
}

TEST(ChatResponseTest, ToolCallsAreGatheredFromTheirPieces) {
  const api::Json body =
      body_of({ToolCallDelta{5, "c1", "f", ""}, ToolCallDelta{7, "c2", "g", "{"},
               ToolCallDelta{5, "", "", "{\"a\":"}, ToolCallDelta{7, "", "", "}"},
               ToolCallDelta{5, "", "", "1}"}, finished()});
  const api::Json& choice = body["choices"][0];
  EXPECT_EQ(choice["finish_reason"], "tool_calls");
  EXPECT_TRUE(choice["message"]["content"].is_null());
  EXPECT_EQ(choice["message"]["tool_calls"].dump(),
            R"([{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},)"
            R"({"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}])");
}

TEST(ChatResponseTest, TextBesideToolCallsIsKeptAndACutAnswerStaysLength) {
  const api::Json body = body_of(
      {TextDelta{"Let me see."}, ToolCallDelta{0, "c", "f", "{"}, finished(FinishReason::Length)});
  EXPECT_EQ(body["choices"][0]["message"]["content"], "Let me see.");
  EXPECT_EQ(body["choices"][0]["finish_reason"], "length");
}

TEST(ChatResponseTest, LogprobsCarryTextBytesAndAlternatives) {
  const api::Json body =
      body_of({TextDelta{"Hi", {token("Hi", -0.25F, {{1, "Hi", -0.25F}, {2, "\xC3", -1.5F}})}},
               TextDelta{"", {token("\xF0\x9F", -2)}},
               TextDelta{"\xF0\x9F\x98\x80", {token("\x98\x80", 0)}}, finished()},
              true);
  const api::Json& content = body["choices"][0]["logprobs"]["content"];
  ASSERT_EQ(content.size(), 3U);
  EXPECT_EQ(content[0].dump(), R"({"token":"Hi","logprob":-0.25,"bytes":[72,105],"top_logprobs":[)"
                               R"({"token":"Hi","logprob":-0.25,"bytes":[72,105]},)"
                               "{\"token\":\"\xEF\xBF\xBD\",\"logprob\":-1.5,\"bytes\":[195]}]}");
  EXPECT_EQ(content[1]["bytes"], api::Json({240, 159}));
  EXPECT_EQ(content[1]["top_logprobs"], api::Json::array());
  EXPECT_EQ(content[2]["bytes"], api::Json({152, 128}));
  EXPECT_TRUE(body["choices"][0]["logprobs"]["refusal"].is_null());
}

TEST(ChatResponseTest, LogprobsAreFlooredAndAlwaysNumbers) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const api::Json body =
      body_of({TextDelta{"abcdef",
                         {token("a", -kInfinity), token("b", -1e30F),
                          token("c", std::numeric_limits<float>::quiet_NaN()), token("d", 1e-7F),
                          token("e", kInfinity), token("f", -0.1F)}},
               finished()},
              true);
  std::vector<double> values;
  for (const api::Json& entry : body["choices"][0]["logprobs"]["content"])
    values.push_back(entry["logprob"]);
  EXPECT_EQ(values, (std::vector<double>{-9999, -9999, -9999, 0, 0, -0.1}));
}

TEST(ChatResponseTest, LogprobsNobodyAskedForAreLeftOut) {
  const api::Json body = body_of({TextDelta{"a", {token("a", -1)}}, finished()}, false);
  EXPECT_TRUE(body["choices"][0]["logprobs"].is_null());
}

TEST(ChatResponseTest, TheFirstFailureIsTheError) {
  ChatResponseBuilder builder(head(), 2, false);
  builder.add(1, Failed{{ErrorCode::WorkerDied, "first"}, {}, {}});
  EXPECT_FALSE(builder.done());
  ASSERT_TRUE(builder.error());
  builder.add(0, Failed{{ErrorCode::Internal, "second"}, {}, {}});
  EXPECT_TRUE(builder.done());
  EXPECT_EQ(builder.error()->code, ErrorCode::WorkerDied);
  EXPECT_EQ(builder.error()->message, "first");
}

TEST(ChatResponseTest, NothingCountsAfterTheLastEvent) {
  const api::Json body = body_of({TextDelta{"a"}, finished(FinishReason::Stop, {1, 0, 1, 0}),
                                  TextDelta{"b"}, finished(FinishReason::Length, {1, 0, 9, 0})});
  EXPECT_EQ(body["choices"][0]["message"]["content"], "a");
  EXPECT_EQ(body["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(body["usage"]["completion_tokens"], 1);
}

TEST(ChatResponseTest, BytesThatAreNotUtf8NeverReachTheBody) {
  ChatResponseBuilder builder({"\xFF", 0, "\xC3", {"\x80"}}, 1, true);
  builder.add(0, TextDelta{"a\xFF", {token("\xFF", -1)}});
  builder.add(0, ReasoningDelta{"\xED\xA0\x80"});
  builder.add(0, ToolCallDelta{0, "\xFE", "\xFE", "\xFE"});
  builder.add(0, finished());
  EXPECT_TRUE(api::Json::accept(builder.json())) << builder.json();
}

TEST(ChatResponseTest, AMovedBuilderGoesOn) {
  ChatResponseBuilder first(head(), 1, false);
  first.add(0, TextDelta{"a"});
  ChatResponseBuilder second(std::move(first));
  second.add(0, TextDelta{"b"});
  second.add(0, finished());
  EXPECT_EQ(api::Json::parse(second.json())["choices"][0]["message"]["content"], "ab");
}

}  // namespace
}  // namespace pcai::openai
