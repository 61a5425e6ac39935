#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using nlohmann::json;

std::string message_body(const std::string& content, const std::string& fields = "") {
  json body = {{"model", "fake/model:1b"},
               {"max_tokens", 100},
               {"messages", {{{"role", "user"}, {"content", content}}}}};
  std::string text = body.dump();
  text.insert(text.size() - 1, fields);
  return text;
}

TEST(AnthropicRoutesTest, AMessageIsAnswered) {
  TestServer server;
  const Answer answer = server.post("/v1/messages", message_body("hello"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json message = json::parse(answer.body);
  EXPECT_EQ(message["content"][0]["text"], "You said: hello");
  EXPECT_EQ(message["stop_reason"], "end_turn");
  EXPECT_EQ(message["model"], "fake/model:1b");
  EXPECT_TRUE(message["id"].get<std::string>().starts_with("msg_"));
  EXPECT_NE(answer.header("request-id"), "");
}

TEST(AnthropicRoutesTest, AStreamBeginsAndEndsAsTheApiSays) {
  TestServer server;
  const Answer answer = server.post(
      "/v1/messages",
      message_body("fake: reasoning=1 tool=weather args={\"a\":1}", R"(,"stream":true)"));
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream");
  EXPECT_TRUE(answer.body.starts_with("event: message_start\n"));
  EXPECT_NE(answer.body.find("thinking_delta"), std::string::npos);
  EXPECT_NE(answer.body.find("input_json_delta"), std::string::npos);
  EXPECT_NE(answer.body.find("\"stop_reason\":\"tool_use\""), std::string::npos);
  EXPECT_TRUE(answer.body.ends_with("data: {\"type\":\"message_stop\"}\n\n"));
}

TEST(AnthropicRoutesTest, AStopSequenceIsNamed) {
  TestServer server;
  const Answer answer = server.post(
      "/v1/messages", message_body("fake: reply=one two three", R"(,"stop_sequences":["two"])"));
  const json message = json::parse(answer.body);
  EXPECT_EQ(message["stop_reason"], "stop_sequence");
  EXPECT_EQ(message["stop_sequence"], "two");
}

TEST(AnthropicRoutesTest, AModelsDefaultsCompleteAMessageAndItsOwnValuesWin) {
  TestServer server;
  ModelSpec spec = {.id = "told", .config = {}, .backend = "fake"};
  spec.defaults.system = "be brief";
  ASSERT_TRUE(set_default(spec.defaults, "max_tokens", std::int64_t{1}, "max_tokens"));
  ASSERT_TRUE(set_default(spec.defaults, "stop", std::vector<std::string>{"two"}, "stop"));
  ASSERT_TRUE(server.engine().add_model(std::move(spec)));
  const auto answer = [&](const char* target, const json& fields, const char* model = "told") {
    json body = json::parse(message_body("fake: reply=one two three"));
    body["model"] = model;
    body.update(fields);
    if (std::string_view(target).ends_with("count_tokens")) body.erase("max_tokens");
    const Answer given = server.post(target, body.dump());
    EXPECT_EQ(given.status, 200) << given.body;
    return json::parse(given.body);
  };
  const json none = json::object();
  const char* const messages = "/v1/messages";
  // A message must say max_tokens: the default is never asked for.
  EXPECT_EQ(answer(messages, none)["content"][0]["text"], "one ");
  EXPECT_EQ(answer(messages, none)["stop_sequence"], "two");
  EXPECT_EQ(answer(messages, {{"stop_sequences", {"three"}}})["stop_sequence"], "three");
  EXPECT_EQ(answer(messages, {{"stop_sequences", nullptr}})["stop_sequence"], "two");
  EXPECT_EQ(answer(messages, {{"max_tokens", 1}})["stop_reason"], "max_tokens");
  EXPECT_EQ(answer(messages, none, "fake/model:1b")["stop_reason"], "end_turn");
  const char* const count = "/v1/messages/count_tokens";
  const int plain = answer(count, none, "fake/model:1b")["input_tokens"];
  EXPECT_EQ(answer(count, none)["input_tokens"], plain + 2);
  EXPECT_EQ(answer(count, {{"system", "you like long answers"}})["input_tokens"], plain + 4);
}

TEST(AnthropicRoutesTest, TokensAreCounted) {
  TestServer server;
  const Answer answer = server.post("/v1/messages/count_tokens", message_body("one two three"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body)["input_tokens"], 3);
}

TEST(AnthropicRoutesTest, ErrorsHaveTheApisShape) {
  TestServer server;
  const Answer refused = server.post("/v1/messages", message_body("a", R"(,"temprature":1)"));
  EXPECT_EQ(refused.status, 400);
  const json body = json::parse(refused.body);
  EXPECT_EQ(body["type"], "error");
  EXPECT_EQ(body["error"]["type"], "invalid_request_error");
  EXPECT_NE(body["error"]["message"].get<std::string>().find("temprature"), std::string::npos);
  EXPECT_EQ(body["request_id"], refused.header("request-id"));
  const Answer failed = server.post("/v1/messages", message_body("fake: fail_after=0"));
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(json::parse(failed.body)["error"]["type"], "api_error");
}

TEST(AnthropicRoutesTest, AFailureInTheMiddleIsAnErrorEvent) {
  TestServer server;
  const Answer answer =
      server.post("/v1/messages", message_body("fake: tokens=9 fail_after=3", R"(,"stream":true)"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("event: error\n"), std::string::npos);
  EXPECT_EQ(answer.body.find("message_stop"), std::string::npos);
}

TEST(AnthropicRoutesTest, TheKeyMayComeAsXApiKey) {
  ServerSetup setup;
  setup.http.api_keys = {"right"};
  TestServer server(setup);
  const Answer wrong = server.post("/v1/messages", message_body("a"), "x-api-key: wrong\r\n");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(json::parse(wrong.body)["error"]["type"], "authentication_error");
  EXPECT_EQ(server.post("/v1/messages", message_body("a"), "x-api-key: right\r\n").status, 200);
}

}  // namespace
}  // namespace pcai::test
