#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/test_server.h"

// A field that no route knows is accepted and told: in the answer, in its header and, by a strict
// server, as a refusal.

namespace pcai::test {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHeader = "x-pcai-warnings";

struct Request {
  const char* route;
  json body;
};

json chat(const json& more = json::object(), const std::string& text = "hi") {
  json body = {{"model", "fake/model:1b"}, {"messages", {{{"role", "user"}, {"content", text}}}}};
  body.update(more);
  return body;
}

std::vector<Request> all_routes() {
  const json prompt = {{"model", "fake/model:1b"}, {"prompt", "hi"}, {"stream", false}};
  const json input = {{"model", "fake/model:1b"}, {"input", "hi"}};
  return {{"/v1/chat/completions", chat()},
          {"/v1/chat/completions/input_tokens", chat()},
          {"/v1/completions", prompt},
          {"/v1/responses", input},
          {"/v1/responses/input_tokens", input},
          {"/v1/embeddings", input},
          {"/v1/rerank", {{"query", "a"}, {"documents", {"a", "b"}}}},
          {"/tokenize", {{"content", "a b"}}},
          {"/detokenize", {{"tokens", json::array()}}},
          {"/apply-template", chat()},
          {"/v1/messages", chat({{"max_tokens", 5}})},
          {"/v1/messages/count_tokens", chat()},
          {"/api/chat", chat({{"stream", false}})},
          {"/api/generate", prompt},
          {"/api/embed", input},
          {"/api/embeddings", {{"model", "fake/model:1b"}, {"prompt", "hi"}}},
          {"/api/show", {{"model", "fake/model:1b"}}}};
}

std::vector<std::string> warnings_of(const Answer& answer) {
  return json::parse(answer.body).value("warnings", std::vector<std::string>());
}

TEST(UnknownFieldsTest, EveryRouteAnswersAndTellsOfThem) {
  const TestServer server;
  for (auto& [route, body] : all_routes()) {
    SCOPED_TRACE(route);
    const Answer plain = server.post(route, body.dump());
    ASSERT_EQ(plain.status, 200) << plain.body;
    EXPECT_EQ(plain.header(kHeader), "");
    json with = body;
    with["zz_unheard_of"] = 1;
    const Answer answer = server.post(route, with.dump());
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.header(kHeader), HasSubstr("zz_unheard_of"));
    EXPECT_THAT(warnings_of(answer), ElementsAre(HasSubstr("zz_unheard_of")));
  }
}

TEST(UnknownFieldsTest, AStrictServerRefusesThemAndNamesThem) {
  const TestServer server({.http = {.refuses_unknown_fields = true}});
  for (auto& [route, body] : all_routes()) {
    SCOPED_TRACE(route);
    EXPECT_EQ(server.post(route, body.dump()).status, 200);
    json with = body;
    with["zz_unheard_of"] = 1;
    const Answer answer = server.post(route, with.dump());
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("zz_unheard_of"));
  }
  json nested = chat();
  nested["messages"][0]["mane"] = 1;
  const Answer answer = server.post("/v1/chat/completions", nested.dump());
  EXPECT_EQ(json::parse(answer.body)["error"]["param"], "messages[0].mane");
}

TEST(UnknownFieldsTest, TheirPlacesAreTold) {
  const TestServer server;
  json body = chat({{"tools", json::parse(R"([{"type":"function","zz":1,"function":{"name":"f",
      "yy":1}},{"type":"web_search"}])")}});
  body["messages"] = json::parse(R"([
      {"role":"user","content":[{"type":"text","text":"hi","ww":1}],"mane":1},
      {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","vv":1,
       "function":{"name":"f","arguments":"{}","uu":1}}]},
      {"role":"tool","tool_call_id":"c","content":"x"}])");
  body["stream_options"] = nullptr;
  body["response_format"] = {{"type", "text"}, {"tt", 1}};
  const Answer answer = server.post("/v1/chat/completions", body.dump());
  ASSERT_EQ(answer.status, 200) << answer.body;
  for (const char* path :
       {"messages[0].mane", "messages[0].content[0].ww", "messages[1].tool_calls[0].vv",
        "messages[1].tool_calls[0].function.uu", "tools[0].zz", "tools[0].function.yy", "tools[1]",
        "response_format.tt"}) {
    EXPECT_THAT(warnings_of(answer), Contains(HasSubstr(path)));
    EXPECT_THAT(answer.header(kHeader), HasSubstr(path));
  }
}

TEST(UnknownFieldsTest, StreamsTellOfThemInTheirHeadAndAtTheirBeginning) {
  const TestServer server;
  struct Case {
    const char* route;
    json body;
    const char* where;  // what stands before the first text
  };
  const std::vector<Case> cases = {
      {"/v1/chat/completions", chat({{"stream", true}, {"zz", 1}}), "\"content\":\"You"},
      {"/v1/completions", {{"prompt", "hi"}, {"stream", true}, {"zz", 1}}, "\"text\":\"You"},
      {"/v1/responses", {{"input", "hi"}, {"stream", true}, {"zz", 1}}, "\"delta\":\"You"},
      {"/v1/messages", chat({{"max_tokens", 5}, {"stream", true}, {"zz", 1}}), "\"text\":\"You"},
  };
  for (const auto& [route, body, where] : cases) {
    SCOPED_TRACE(route);
    const Answer answer = server.post(route, body.dump());
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.header(kHeader), HasSubstr("zz is not known"));
    const std::size_t told = answer.body.find("zz is not known");
    ASSERT_NE(told, std::string::npos) << answer.body;
    EXPECT_LT(told, answer.body.find(where));
  }
  const Answer lines = server.post("/api/chat", chat({{"zz", 1}}).dump());
  EXPECT_THAT(lines.header(kHeader), HasSubstr("zz is not known"));
  EXPECT_THAT(lines.body, HasSubstr("zz is not known"));
}

TEST(UnknownFieldsTest, TenThousandOfThemMakeAShortAnswer) {
  const TestServer server;
  json body = chat();
  for (int i = 0; i < 10'000; ++i) body["zz_unheard_of_" + std::to_string(i)] = i;
  const Answer answer = server.post("/v1/chat/completions", body.dump());
  ASSERT_EQ(answer.status, 200) << answer.body.substr(0, 300);
  EXPECT_LE(warnings_of(answer).size(), 40U);
  EXPECT_EQ(warnings_of(answer).back(), "and 9968 more");
  EXPECT_LE(answer.header(kHeader).size(), 1024U);
  EXPECT_THAT(answer.header(kHeader), HasSubstr("more"));
}

TEST(UnknownFieldsTest, AHeaderIsOneSafeLine) {
  const TestServer server;
  json body = chat();
  body["a\r\nset-cookie: x"] = 1;
  body["b, c"] = 1;
  body["dé\x01"] = 1;
  body[std::string(5000, 'e')] = 1;
  const Answer answer = server.post("/v1/chat/completions", body.dump());
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.header("set-cookie"), "");
  const std::string line = answer.header(kHeader);
  EXPECT_THAT(line, HasSubstr("a??set-cookie: x"));
  EXPECT_THAT(line, HasSubstr("b; c"));
  EXPECT_THAT(line, Each(testing::AllOf(testing::Ge(' '), testing::Le('~'))));
  EXPECT_LE(line.size(), 1024U);
  EXPECT_LT(answer.body.size(), 3000U);
}

TEST(UnknownFieldsTest, MisspeltNamesAndThoseThatChangeTheAnswerAreRefused) {
  const TestServer server;
  for (auto& [route, body] : all_routes()) {
    SCOPED_TRACE(route);
    json with = body;
    with["structured_outputs"] = {{"json", json::object()}};
    EXPECT_EQ(server.post(route, with.dump()).status, 400);
    with["structured_outputs"] = json::object();  // asks for nothing
    EXPECT_EQ(server.post(route, with.dump()).status, 200);
  }
  for (const char* name : {"conversation", "background", "prompt", "thread", "mcp_servers",
                           "guided_json", "guided_regex", "grammar"}) {
    for (const char* route : {"/v1/chat/completions", "/v1/messages", "/api/chat"}) {
      if (name == std::string_view("grammar") &&
          route == std::string_view("/v1/chat/completions")) {
        continue;  // an ability there
      }
      json with = chat({{"max_tokens", 5}, {"stream", false}, {name, "x"}});
      const Answer answer = server.post(route, with.dump());
      EXPECT_EQ(answer.status, 400) << route << " " << name;
      EXPECT_THAT(answer.body, HasSubstr(name));
    }
  }
  const Answer misspelt = server.post("/v1/chat/completions", chat({{"temprature", 1}}).dump());
  EXPECT_EQ(misspelt.status, 400);
  EXPECT_EQ(json::parse(misspelt.body)["error"]["message"],
            "this route has no field 'temprature'; did you mean 'temperature'?");
}

TEST(UnknownFieldsTest, WhatTheModelWarnsOfIsToldByEveryApi) {
  const TestServer server;
  const std::string script = "fake: warn=the schema has a hole\nhi";
  for (const bool stream : {false, true}) {
    const std::vector<Request> requests = {
        {"/v1/chat/completions", chat({{"stream", stream}, {"n", 2}}, script)},
        {"/v1/completions", {{"prompt", script}, {"stream", stream}}},
        {"/v1/responses", {{"input", script}, {"stream", stream}}},
        {"/v1/messages", chat({{"max_tokens", 9}, {"stream", stream}}, script)},
        {"/api/chat", chat({{"stream", stream}}, script)}};
    for (const auto& [route, body] : requests) {
      SCOPED_TRACE(std::string(route) + (stream ? " streamed" : ""));
      const Answer answer = server.post(route, body.dump());
      ASSERT_EQ(answer.status, 200) << answer.body;
      EXPECT_EQ(answer.header(kHeader), "the schema has a hole");
      EXPECT_THAT(answer.body, HasSubstr(R"("warnings":["the schema has a hole"])"));
    }
  }
}

TEST(UnknownFieldsTest, AnswersThatNeedNoWarningHaveNone) {
  const TestServer server;
  const Answer answer = server.post("/v1/chat/completions", chat().dump());
  EXPECT_EQ(answer.header(kHeader), "");
  EXPECT_THAT(answer.body, Not(HasSubstr("warnings")));
}

}  // namespace
}  // namespace pcai::test
