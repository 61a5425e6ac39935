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

constexpr const char* kResponses = "/v1/responses";

std::string body_of(const std::string& input, const std::string& fields = "") {
  return R"({"model":"fake/model:1b","input":)" + Json(input).dump() + fields + "}";
}

/// The JSON of a 200.
Json json_of(const Answer& answer) {
  EXPECT_EQ(answer.status, 200) << answer.body;
  return Json::parse(answer.body);
}

std::string text_of(const Json& response) {
  return response["output"][0]["content"][0]["text"].get<std::string>();
}

Answer send(const TestServer& server, std::string_view method, const std::string& target,
            const std::string& headers = "") {
  HttpClient client = server.connect();
  client.send(request_bytes(method, target, headers));
  return client.read();
}

TEST(ResponsesTest, AnAnswerComesWholeAndCanBeFetchedAgain) {
  const TestServer server;
  const Answer answer = server.post(kResponses, body_of("hello there", R"(,"metadata":{"a":"b"})"));
  const Json response = json_of(answer);
  EXPECT_EQ(response["object"], "response");
  EXPECT_EQ(response["status"], "completed");
  EXPECT_EQ(text_of(response), "You said: hello there");
  EXPECT_EQ(response["metadata"]["a"], "b");
  EXPECT_EQ(response["usage"]["input_tokens"], 2);
  const std::string id = response["id"];
  EXPECT_THAT(id, StartsWith("resp_"));
  EXPECT_EQ(json_of(server.get("/v1/responses/" + id)), response);
}

TEST(ResponsesTest, AStreamEndsWithTheWholeResponse) {
  const TestServer server;
  const Answer answer = server.post(
      kResponses, body_of("fake: reasoning=2 tool=look args={\"a\":1}\nfake: reply=one two three",
                          R"(,"stream":true)"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.header("content-type"), "text/event-stream");
  EXPECT_THAT(answer.body, StartsWith("event: response.created\ndata: {"));
  const std::size_t last = answer.body.rfind("event: ");
  EXPECT_THAT(answer.body.substr(last), StartsWith("event: response.completed\n"));
  const Json response = Json::parse(answer.body.substr(answer.body.find("data: ", last) + 6));
  const Json output = response["response"]["output"];
  ASSERT_EQ(output.size(), 3U);
  EXPECT_EQ(output[0]["type"], "reasoning");
  EXPECT_EQ(output[1]["content"][0]["text"], " three");
  EXPECT_EQ(output[2]["name"], "look");
  EXPECT_EQ(output[2]["arguments"], "{\"a\":1}");
  EXPECT_EQ(response["response"]["usage"]["output_tokens_details"]["reasoning_tokens"], 2);
}

TEST(ResponsesTest, AConversationGoesOnFromAStoredResponse) {
  const TestServer server;
  const Json first = json_of(server.post(kResponses, body_of("one two")));
  const std::string id = first["id"];
  const Json second = json_of(server.post(
      kResponses,
      body_of("three", ",\"instructions\":\"be brief\",\"previous_response_id\":\"" + id + "\"")));
  // "be brief", "one two", "You said: one two" and "three".
  EXPECT_EQ(second["usage"]["input_tokens"], 9);
  EXPECT_EQ(second["previous_response_id"], id);
  const Json third = json_of(
      server.post(kResponses, body_of("four", ",\"previous_response_id\":" + second["id"].dump())));
  EXPECT_EQ(third["usage"]["input_tokens"], 7 + 3 + 1) << "instructions are not carried over";
}

TEST(ResponsesTest, WhatIsNotStoredIsNotFound) {
  const TestServer server;
  const Json response = json_of(server.post(kResponses, body_of("x", R"(,"store":false)")));
  const std::string id = response["id"];
  EXPECT_EQ(server.get("/v1/responses/" + id).status, 404);
  const Answer next =
      server.post(kResponses, body_of("y", ",\"previous_response_id\":\"" + id + "\""));
  EXPECT_EQ(next.status, 400);
  EXPECT_EQ(Json::parse(next.body)["error"]["param"], "previous_response_id");
}

TEST(ResponsesTest, AResponseCanBeDeletedOnce) {
  const TestServer server;
  const std::string id = json_of(server.post(kResponses, body_of("x")))["id"];
  const Answer deleted = send(server, "DELETE", "/v1/responses/" + id);
  EXPECT_EQ(json_of(deleted), Json({{"id", id}, {"object", "response"}, {"deleted", true}}));
  EXPECT_EQ(send(server, "DELETE", "/v1/responses/" + id).status, 404);
  EXPECT_EQ(server.get("/v1/responses/" + id).status, 404);
}

TEST(ResponsesTest, ARunningResponseCanBeCancelledFromAnotherConnection) {
  TestServer server;
  HttpClient running = server.connect();
  running.send(
      post_bytes(kResponses, body_of("fake: tokens=9 delay_ms=60000\nx", R"(,"stream":true)")));
  ASSERT_TRUE(running.read_until("response.in_progress"));
  const std::string& seen = running.input();
  const std::size_t at = seen.find("resp_");
  const std::string id = seen.substr(at, seen.find('"', at) - at);
  EXPECT_EQ(json_of(server.get("/v1/responses/" + id))["status"], "in_progress");
  EXPECT_EQ(send(server, "DELETE", "/v1/responses/" + id).status, 400);
  EXPECT_EQ(json_of(server.post("/v1/responses/" + id + "/cancel", ""))["status"], "cancelled");
  const Answer answer = running.read();
  EXPECT_THAT(answer.body, HasSubstr("event: response.incomplete\n"));
  EXPECT_EQ(json_of(server.get("/v1/responses/" + id))["status"], "cancelled");
  EXPECT_TRUE(becomes_true([&] { return server.engine().stats().running == 0; }));
  EXPECT_EQ(server.post("/v1/responses/nobody/cancel", "").status, 404);
}

TEST(ResponsesTest, AResponseWhoseClientLeftIsForgotten) {
  TestServer server;
  HttpClient running = server.connect();
  running.send(
      post_bytes(kResponses, body_of("fake: tokens=9 delay_ms=60000\nx", R"(,"stream":true)")));
  ASSERT_TRUE(running.read_until("response.in_progress"));
  const std::string& seen = running.input();
  const std::size_t at = seen.find("resp_");
  const std::string id = seen.substr(at, seen.find('"', at) - at);
  running.close();
  EXPECT_TRUE(becomes_true([&] { return server.get("/v1/responses/" + id).status == 404; }));
}

TEST(ResponsesTest, KeysDoNotSeeEachOthersResponses) {
  const TestServer server({.http = {.api_keys = {"one", "two"}}});
  const std::string mine = "Authorization: Bearer one\r\n";
  const std::string other = "Authorization: Bearer two\r\n";
  const std::string id = json_of(server.post(kResponses, body_of("x"), mine))["id"];
  EXPECT_EQ(server.get("/v1/responses/" + id, mine).status, 200);
  EXPECT_EQ(server.get("/v1/responses/" + id, other).status, 404);
  EXPECT_EQ(server.post(kResponses, body_of("y", ",\"previous_response_id\":\"" + id + "\""), other)
                .status,
            400);
}

TEST(ResponsesTest, TokensAreCountedWithoutGenerating) {
  TestServer server;
  const Json response = json_of(server.post(kResponses, body_of("one two")));
  const Json count =
      json_of(server.post("/v1/responses/input_tokens",
                          body_of("three", ",\"previous_response_id\":" + response["id"].dump())));
  EXPECT_EQ(count, Json({{"object", "response.input_tokens"}, {"input_tokens", 2 + 4 + 1}}));
  const Json chat =
      json_of(server.post("/v1/chat/completions/input_tokens", chat_body("four five six")));
  EXPECT_EQ(chat["input_tokens"], 3);
  EXPECT_EQ(server.engine().stats().completion_tokens, 4U) << "the response's own";
}

TEST(ResponsesTest, ErrorsSpeakTheRoutesWords) {
  const TestServer server({.fake = {.context_length = 8}});
  const Answer answer = server.post(kResponses, body_of("a b c d e f g h i j k l"));
  EXPECT_EQ(answer.status, 400);
  const Json error = Json::parse(answer.body)["error"];
  EXPECT_EQ(error["code"], "context_length_exceeded");
  EXPECT_EQ(error["param"], "input");
  EXPECT_EQ(server.get("/v1/responses/x?stream=true").status, 400);
}

TEST(ResponsesTest, AFailureInMidStreamIsAFailedResponse) {
  const TestServer server;
  const Answer answer =
      server.post(kResponses, body_of("fake: tokens=9 fail_after=3\nx", R"(,"stream":true)"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("event: response.failed\n"));
  EXPECT_THAT(answer.body, HasSubstr(R"("status":"failed")"));
}

}  // namespace
}  // namespace pcai::test
