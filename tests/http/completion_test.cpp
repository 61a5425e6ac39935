#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

constexpr const char* kCompletions = "/v1/completions";

std::string body_of(const std::string& prompt, const std::string& fields = "") {
  return R"({"model":"fake/model:1b","prompt":)" + prompt + fields + "}";
}

TEST(CompletionTest, AnAnswerComesWholeAndStreamedWithTheSameText) {
  const TestServer server;
  const std::string prompt = R"("fake: tokens=40\nOnce upon")";
  const Answer whole = server.post(kCompletions, body_of(prompt, R"(,"max_tokens":64,"seed":3)"));
  ASSERT_EQ(whole.status, 200) << whole.body;
  const Json json = Json::parse(whole.body);
  EXPECT_EQ(json["object"], "text_completion");
  EXPECT_THAT(json["id"].get<std::string>(), StartsWith("cmpl-"));
  const std::string text = json["choices"][0]["text"];
  EXPECT_THAT(text, StartsWith("You said: Once upon"));
  EXPECT_EQ(json["usage"]["completion_tokens"], 40);

  const Answer stream =
      server.post(kCompletions, body_of(prompt, R"(,"max_tokens":64,"seed":3,"stream":true)"));
  EXPECT_EQ(stream.header("content-type"), "text/event-stream");
  EXPECT_THAT(stream.body, EndsWith("data: [DONE]\n\n"));
  std::string streamed;
  for (std::size_t at = 0; (at = stream.body.find("data: {", at)) != std::string::npos; ++at) {
    const Json chunk =
        Json::parse(stream.body.substr(at + 6, stream.body.find("\n\n", at) - at - 6));
    streamed += chunk["choices"][0]["text"].get<std::string>();
  }
  EXPECT_EQ(streamed, text);
}

TEST(CompletionTest, SixteenTokensAreTheDefault) {
  const TestServer server;
  const Json json = Json::parse(server.post(kCompletions, body_of(R"("fake: tokens=40")")).body);
  EXPECT_EQ(json["usage"]["completion_tokens"], 16);
  EXPECT_EQ(json["choices"][0]["finish_reason"], "length");
}

TEST(CompletionTest, SeveralPromptsAndAnswersAreNumberedThrough) {
  const TestServer server;
  const Answer answer =
      server.post(kCompletions, body_of(R"(["one","two",[5,6,7]])", R"(,"n":2,"echo":false)"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json choices = Json::parse(answer.body)["choices"];
  ASSERT_EQ(choices.size(), 6U);
  EXPECT_EQ(choices[1]["text"], "You said: one");
  EXPECT_EQ(choices[2]["text"], "You said: two");
  EXPECT_EQ(choices[5]["text"], "You said 3 tokens.");
  EXPECT_EQ(choices[5]["index"], 5);
}

TEST(CompletionTest, EchoBeginsWithThePrompt) {
  const TestServer server;
  const Answer answer = server.post(kCompletions, body_of(R"("Hi")", R"(,"echo":true)"));
  EXPECT_EQ(Json::parse(answer.body)["choices"][0]["text"], "HiYou said: Hi");
}

TEST(CompletionTest, EchoOfTokenIdsIsTheirText) {
  const TestServer server;
  const Json tokens =
      Json::parse(server.post("/tokenize", R"({"content":"good morning"})").body)["tokens"];
  const Answer answer =
      server.post(kCompletions, body_of("[" + tokens.dump() + R"(,"Hi"])", R"(,"echo":true)"));
  const Json choices = Json::parse(answer.body)["choices"];
  EXPECT_EQ(choices[0]["text"], "good morningYou said 2 tokens.");
  EXPECT_EQ(choices[1]["text"], "HiYou said: Hi");
  const Answer unknown = server.post(kCompletions, body_of("[1,2]", R"(,"echo":true)"));
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(Json::parse(unknown.body)["error"]["param"], "prompt");
}

TEST(CompletionTest, ASuffixMakesAGap) {
  const TestServer server;
  const std::string suffix = R"(,"suffix":" end")";
  Json json = Json::parse(server.post(kCompletions, body_of(R"("Once")", suffix)).body);
  EXPECT_EQ(json["choices"][0]["text"], "You said: Once ...  end");
  EXPECT_EQ(json["usage"]["prompt_tokens"], 2);
  // The suffix is not part of the answer, nor is it echoed.
  json = Json::parse(
      server.post(kCompletions, body_of(R"(["fake: reply=X","b"])", suffix + R"(,"echo":true)"))
          .body);
  EXPECT_EQ(json["choices"][0]["text"], "fake: reply=XX");
  EXPECT_EQ(json["choices"][1]["text"], "bYou said: b ...  end");
}

TEST(CompletionTest, BestOfGeneratesMoreThanItGives) {
  const TestServer server;
  const Json json = Json::parse(
      server.post(kCompletions, body_of(R"("fake: tokens=4")", R"(,"best_of":3)")).body);
  EXPECT_EQ(json["choices"].size(), 1U);
  EXPECT_TRUE(json["choices"][0]["logprobs"].is_null());
  EXPECT_EQ(json["usage"]["completion_tokens"], 12);
}

TEST(CompletionTest, LogprobsHaveTheOlderShape) {
  const TestServer server;
  const Json json =
      Json::parse(server.post(kCompletions, body_of(R"("x")", R"(,"logprobs":2)")).body);
  const Json logprobs = json["choices"][0]["logprobs"];
  EXPECT_EQ(logprobs["tokens"].size(), 3U);
  EXPECT_EQ(logprobs["top_logprobs"][0].size(), 2U);
  EXPECT_EQ(logprobs["text_offset"], Json({0, 3, 9}));
}

/// The four lists of a stream's choice, joined.
Json streamed_lists(const std::string& sse) {
  Json lists = {{"tokens", Json::array()},
                {"token_logprobs", Json::array()},
                {"top_logprobs", Json::array()},
                {"text_offset", Json::array()}};
  for (std::size_t at = 0; (at = sse.find("data: {", at)) != std::string::npos; ++at) {
    const Json chunk = Json::parse(sse.substr(at + 6, sse.find("\n\n", at) - at - 6));
    const Json choice = chunk["choices"][0];
    if (choice["logprobs"].is_null()) continue;
    for (auto& [name, list] : lists.items()) {
      for (const Json& entry : choice["logprobs"][name]) list.push_back(entry);
    }
  }
  return lists;
}

TEST(CompletionTest, AnEchoWithLogprobsHasThoseOfThePromptWholeAndStreamed) {
  const TestServer server;
  const std::string prompt = R"("one two three four five six")";
  const std::string fields = R"(,"echo":true,"logprobs":1,"max_tokens":2)";
  const Answer answer = server.post(kCompletions, body_of(prompt, fields));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json choice = Json::parse(answer.body)["choices"][0];
  EXPECT_EQ(choice["text"], "one two three four five sixYou said:");
  const Json lists = choice["logprobs"];
  EXPECT_EQ(lists["tokens"],
            Json({"one", " two", " three", " four", " five", " six", "You", " said:"}));
  EXPECT_TRUE(lists["token_logprobs"][0].is_null());
  EXPECT_TRUE(lists["top_logprobs"][0].is_null());
  EXPECT_LT(lists["token_logprobs"][2], lists["token_logprobs"][1]);
  EXPECT_EQ(lists["top_logprobs"][1].size(), 1U);
  EXPECT_EQ(lists["text_offset"], Json({0, 3, 7, 13, 18, 23, 27, 30}));
  const Answer stream = server.post(kCompletions, body_of(prompt, fields + R"(,"stream":true)"));
  EXPECT_EQ(streamed_lists(stream.body), lists);
}

TEST(CompletionTest, APromptAloneIsScoredWithoutAnAnswer) {
  const TestServer server;
  const Answer answer =
      server.post(kCompletions,
                  body_of(R"(["one two","three"])", R"(,"echo":true,"logprobs":0,"max_tokens":0)"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json = Json::parse(answer.body);
  EXPECT_EQ(json["choices"][0]["text"], "one two");
  EXPECT_EQ(json["choices"][0]["logprobs"]["tokens"].size(), 2U);
  EXPECT_EQ(json["choices"][0]["logprobs"]["top_logprobs"], Json({nullptr, nullptr}));
  EXPECT_EQ(json["choices"][1]["logprobs"]["tokens"], Json({"three"}));
  EXPECT_EQ(json["usage"]["prompt_tokens"], 3);
  EXPECT_EQ(json["usage"]["completion_tokens"], 0);
  const Json none =
      Json::parse(server.post(kCompletions, body_of(R"("one two")", R"(,"max_tokens":0)")).body);
  EXPECT_EQ(none["choices"][0]["text"], "");
  EXPECT_EQ(none["choices"][0]["finish_reason"], "length");
}

TEST(CompletionTest, TokenIdsAreScoredAsTheyStand) {
  const TestServer server;
  const Json tokens =
      Json::parse(server.post("/tokenize", R"({"content":"good morning"})").body)["tokens"];
  const Answer answer =
      server.post(kCompletions, body_of("[" + tokens.dump() + "," + tokens.dump() + "]",
                                        R"(,"echo":true,"logprobs":5,"max_tokens":1,"n":2)"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json choices = Json::parse(answer.body)["choices"];
  ASSERT_EQ(choices.size(), 4U);
  for (const Json& choice : choices) {
    EXPECT_EQ(choice["logprobs"]["tokens"], Json({"good", " morning", "You"}));
    EXPECT_EQ(choice["logprobs"]["token_logprobs"], choices[0]["logprobs"]["token_logprobs"]);
    EXPECT_EQ(choice["logprobs"]["top_logprobs"][1].size(), 5U);
  }
}

TEST(CompletionTest, PromptLogprobsAreAMemberOfTheirOwn) {
  const TestServer server;
  const Json completion = Json::parse(
      server.post(kCompletions, body_of(R"("one two")", R"(,"prompt_logprobs":1)")).body);
  const Json list = completion["choices"][0]["prompt_logprobs"];
  ASSERT_EQ(list.size(), 2U);
  EXPECT_TRUE(list[0].is_null());
  EXPECT_EQ(list[1].begin().value()["decoded_token"], " two");
  EXPECT_EQ(list[1].begin().value()["rank"], 1);
  const Json chat = Json::parse(
      server.post("/v1/chat/completions", chat_body("one two", R"(,"prompt_logprobs":0,"n":2)"))
          .body);
  EXPECT_EQ(chat["prompt_logprobs"].size(), 2U);
  EXPECT_EQ(chat["choices"].size(), 2U);
  const Answer stream =
      server.post("/v1/chat/completions", chat_body("x", R"(,"prompt_logprobs":0,"stream":true)"));
  EXPECT_EQ(stream.status, 400);
  EXPECT_EQ(Json::parse(stream.body)["error"]["param"], "prompt_logprobs");
}

TEST(CompletionTest, WhatIsWrongIsNamed) {
  const TestServer server;
  for (const auto& [fields, param] : std::vector<std::pair<std::string, std::string>>{
           {R"(,"best_of":0)", "best_of"}, {R"(,"ecoh":true)", "ecoh"}}) {
    const Answer answer = server.post(kCompletions, body_of(R"("x")", fields));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(Json::parse(answer.body)["error"]["param"], param);
  }
  const Answer tokens = server.post(kCompletions, body_of("[1,99999999]"));
  EXPECT_EQ(tokens.status, 400);
  EXPECT_EQ(Json::parse(tokens.body)["error"]["param"], "prompt");
}

}  // namespace
}  // namespace pcai::test
