#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/test_server.h"

// What the core, the engine or a backend refuses is told in the words of the route's API, and names
// the client's own place. The fake backend refuses whatever path its script says.

namespace pcai::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kPng = "iVBORw0KGgo=";
const std::string kPngUrl = std::string("data:image/png;base64,") + kPng;

/// A body whose last text is the script.
using Body = json (*)(const std::string& script);

json chat(const std::string& script) {
  const json call = {
      {"id", "c"}, {"type", "function"}, {"function", {{"name", "look"}, {"arguments", "{}"}}}};
  return {{"model", "fake/model:1b"},
          {"messages",
           {{{"role", "user"},
             {"content",
              {{{"type", "text"}, {"text", "see"}},
               {{"type", "image_url"}, {"image_url", {{"url", kPngUrl}}}}}}},
            {{"role", "assistant"}, {"content", nullptr}, {"tool_calls", json::array({call})}},
            {{"role", "tool"}, {"tool_call_id", "c"}, {"content", "a"}},
            {{"role", "user"}, {"content", script}}}}};
}

json functions(const std::string& script) {
  return {{"model", "fake/model:1b"},
          {"messages", {{{"role", "user"}, {"content", script}}}},
          {"functions", {{{"name", "look"}}}},
          {"function_call", "none"}};
}

json completion(const std::string& script) {
  return {{"model", "fake/model:1b"}, {"prompt", script}};
}

json completions(const std::string& script) {
  return {{"model", "fake/model:1b"}, {"prompt", {"one", script}}, {"n", 2}};
}

json responses(const std::string& script) {
  return {{"model", "fake/model:1b"},
          {"instructions", "be brief"},
          {"input",
           {{{"role", "user"},
             {"content",
              {{{"type", "input_text"}, {"text", "see"}},
               {{"type", "input_image"}, {"image_url", kPngUrl}}}}},
            {{"type", "reasoning"},
             {"content", {{{"type", "reasoning_text"}, {"text", "hm"}}}},
             {"summary", json::array()}},
            {{"type", "function_call"}, {"call_id", "c"}, {"name", "look"}, {"arguments", "{}"}},
            {{"type", "function_call_output"}, {"call_id", "c"}, {"output", "a"}},
            {{"role", "user"}, {"content", script}}}}};
}

json response(const std::string& script) {
  return {{"model", "fake/model:1b"}, {"input", script}};
}

json messages(const std::string& script) {
  return {{"model", "fake/model:1b"},
          {"max_tokens", 9},
          {"system", "be brief"},
          {"messages",
           {{{"role", "user"},
             {"content",
              {{{"type", "text"}, {"text", "see"}},
               {{"type", "image"},
                {"source", {{"type", "base64"}, {"media_type", "image/png"}, {"data", kPng}}}}}}},
            {{"role", "assistant"},
             {"content",
              {{{"type", "thinking"}, {"thinking", "hm"}},
               {{"type", "tool_use"}, {"id", "c"}, {"name", "look"}, {"input", json::object()}}}}},
            {{"role", "user"},
             {"content",
              {{{"type", "tool_result"}, {"tool_use_id", "c"}, {"content", "a"}},
               {{"type", "text"}, {"text", script}}}}}}}};
}

json older_format(const std::string& script) {
  json body = messages(script);
  body["output_format"] = {{"type", "json_schema"}, {"schema", {{"type", "object"}}}};
  return body;
}

json ollama_chat(const std::string& script) {
  return {{"model", "fake/model:1b"},
          {"stream", false},
          {"messages",
           {{{"role", "user"}, {"content", "see"}, {"images", {kPng}}},
            {{"role", "user"}, {"content", script}}}}};
}

json ollama_generate(const std::string& script) {
  return {{"model", "fake/model:1b"},
          {"stream", false},
          {"system", "be brief"},
          {"prompt", "\n" + script},  // after the images
          {"images", {kPng, kPng}}};
}

struct Case {
  const char* route;
  Body body;
  const char* core;
  const char* ours;
};

constexpr Case kCases[] = {
    {"/v1/chat/completions", chat, "messages", "messages"},
    {"/v1/chat/completions", chat, "messages[3].content", "messages[3].content"},
    {"/v1/chat/completions", chat, "messages[0].media[0]", "messages[0].content[1]"},
    {"/v1/chat/completions", chat, "messages[1].reasoning", "messages[1].reasoning_content"},
    {"/v1/chat/completions", chat, "messages[1].tool_calls[0].arguments",
     "messages[1].tool_calls[0].function.arguments"},
    {"/v1/chat/completions", chat, "tools[2].parameters", "tools[2].function.parameters"},
    {"/v1/chat/completions", chat, "grammar", "response_format"},
    {"/v1/chat/completions", chat, "template_arguments", "chat_template_kwargs"},
    {"/v1/chat/completions", chat, "adapters", "lora"},
    {"/v1/chat/completions", chat, "repeat_last_n", "repeat_last_n"},
    {"/v1/chat/completions", functions, "tools[0].parameters", "functions[0].parameters"},
    {"/v1/chat/completions", functions, "tool_choice", "function_call"},
    {"/v1/chat/completions/input_tokens", chat, "messages[0].media[0]", "messages[0].content[1]"},
    {"/v1/completions", completion, "prompt", "prompt"},
    {"/v1/completions", completion, "messages", "prompt"},
    {"/v1/completions", completions, "prompt", "prompt[1]"},
    {"/v1/completions", completion, "top_logprobs", "logprobs"},
    {"/v1/responses", responses, "messages", "input"},
    {"/v1/responses", responses, "messages[0].content", "instructions"},
    {"/v1/responses", responses, "messages[1].content", "input[0].content"},
    {"/v1/responses", responses, "messages[1].media[0]", "input[0].content[1]"},
    {"/v1/responses", responses, "messages[2].reasoning", "input[1].content"},
    {"/v1/responses", responses, "messages[2].tool_calls[0].arguments", "input[2].arguments"},
    {"/v1/responses", responses, "messages[3].content", "input[3].output"},
    {"/v1/responses", responses, "messages[4].content", "input[4].content"},
    {"/v1/responses", response, "messages[0].content", "input"},
    {"/v1/responses", responses, "max_tokens", "max_output_tokens"},
    {"/v1/responses", responses, "tools[1].parameters", "tools[1].parameters"},
    {"/v1/responses", responses, "grammar", "text.format"},
    {"/v1/responses/input_tokens", responses, "messages[3].content", "input[3].output"},
    {"/v1/messages", messages, "messages[0].content", "system"},
    {"/v1/messages", messages, "messages[1].media[0]", "messages[0].content[1]"},
    {"/v1/messages", messages, "messages[2].reasoning", "messages[1].content"},
    {"/v1/messages", messages, "messages[2].tool_calls[0].arguments",
     "messages[1].content[1].input"},
    {"/v1/messages", messages, "messages[3].content", "messages[2].content[0].content"},
    {"/v1/messages", messages, "messages[4].content", "messages[2].content"},
    {"/v1/messages", messages, "tools[0].parameters", "tools[0].input_schema"},
    {"/v1/messages", messages, "tools[0].name", "tools[0].name"},
    {"/v1/messages", messages, "grammar", "output_config.format"},
    {"/v1/messages", older_format, "grammar", "output_format.schema"},
    {"/v1/messages", older_format, "grammar.properties.a", "output_format.schema.properties.a"},
    {"/v1/chat/completions", chat, "tools[2].parameters.properties.a.pattern",
     "tools[2].function.parameters.properties.a.pattern"},
    {"/v1/messages", messages, "stop[1]", "stop_sequences[1]"},
    {"/v1/messages", messages, "reasoning_budget", "thinking.budget_tokens"},
    {"/v1/messages/count_tokens", messages, "messages[4].content", "messages[2].content"},
    {"/api/chat", ollama_chat, "messages[1].content", "messages[1].content"},
    {"/api/chat", ollama_chat, "messages[0].media[0]", "messages[0].images[0]"},
    {"/api/chat", ollama_chat, "messages[0].reasoning", "messages[0].thinking"},
    {"/api/chat", ollama_chat, "max_tokens", "options.num_predict"},
    {"/api/chat", ollama_chat, "repeat_last_n", "options.repeat_last_n"},
    {"/api/chat", ollama_chat, "grammar", "format"},
    {"/api/chat", ollama_chat, "tools[0].parameters", "tools[0].function.parameters"},
    {"/api/chat", ollama_chat, "template_arguments", "think"},
    {"/api/generate", ollama_generate, "messages", "prompt"},
    {"/api/generate", ollama_generate, "messages[0].content", "system"},
    {"/api/generate", ollama_generate, "messages[1].content", "prompt"},
    {"/api/generate", ollama_generate, "messages[1].media[1]", "images[1]"},
    {"/api/generate", ollama_generate, "stop", "options.stop"},
};

std::string name_of(const Case& one) {
  return std::string(one.route) + " " + one.core;
}

std::string told(const Case& one) {
  return std::string(one.ours) + ": refused as the script says";
}

TEST(ErrorFieldsTest, ARefusalNamesTheClientsOwnField) {
  const TestServer server;
  for (const Case& one : kCases) {
    const json body = one.body("fake: refuse=" + std::string(one.core));
    const Answer answer = server.post(one.route, body.dump());
    ASSERT_EQ(answer.status, 400) << name_of(one) << answer.body;
    const json error = json::parse(answer.body)["error"];
    if (error.contains("param")) {
      EXPECT_EQ(error["param"], one.ours) << name_of(one);
    }
    const std::string message = error.is_string() ? error : error["message"];
    EXPECT_EQ(message, told(one)) << name_of(one);
  }
}

TEST(ErrorFieldsTest, AFailureInAStreamDoesToo) {
  const TestServer server;
  for (const Case& one : kCases) {
    const std::string route = one.route;
    if (route.ends_with("tokens")) continue;
    json body = one.body("fake: fail_after=1 refuse=" + std::string(one.core));
    body["stream"] = true;
    const Answer answer = server.post(route, body.dump());
    ASSERT_EQ(answer.status, 200) << name_of(one) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr('"' + told(one) + '"')) << name_of(one);
  }
}

TEST(ErrorFieldsTest, AFieldThatTheApiDoesNotHaveIsNotNamed) {
  const TestServer server;
  const Answer answer =
      server.post("/v1/completions", completion("fake: refuse=reasoning_budget").dump());
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(json::parse(answer.body)["error"]["param"], nullptr) << answer.body;
}

TEST(ErrorFieldsTest, WhatTheBodyItselfHasWrongKeepsItsName) {
  const TestServer server;
  json body = ollama_chat("hello");
  body["stream"] = "x";  // the core has no member of that name
  const Answer answer = server.post("/api/chat", body.dump());
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("stream"));
  EXPECT_THAT(answer.body, Not(HasSubstr("options")));

  body = chat("hello");
  body["guided_regex"] = "x";
  const Answer refused = server.post("/v1/chat/completions", body.dump());
  EXPECT_EQ(json::parse(refused.body)["error"]["param"], "guided_regex");
}

TEST(ErrorFieldsTest, InputsAreNamedAsTheyWereGiven) {
  const TestServer server({.fake = {.context_length = 4}});
  const auto fault_of = [&](const char* route, const json& body) {
    const Answer answer = server.post(route, body.dump());
    EXPECT_EQ(answer.status, 400) << answer.body;
    const json error = json::parse(answer.body)["error"];
    return error.is_string() ? error.get<std::string>() : error["param"].get<std::string>();
  };
  const std::string text = "one two three four five six";
  EXPECT_EQ(fault_of("/v1/embeddings", {{"input", text}}), "input");
  EXPECT_EQ(fault_of("/v1/embeddings", {{"input", {"a", text}}}), "input[1]");
  EXPECT_EQ(fault_of("/v1/rerank", {{"query", "a"}, {"documents", {"a", text}}}), "documents[1]");
  EXPECT_EQ(fault_of("/detokenize", {{"tokens", {1}}}), "tokens");
  EXPECT_EQ(fault_of("/v1/completions", {{"prompt", {1, 2}}, {"echo", true}}), "prompt");
  EXPECT_THAT(
      fault_of("/api/embed", {{"model", "fake/model:1b"}, {"input", text}, {"truncate", false}}),
      StartsWith("input has "));
  EXPECT_THAT(fault_of("/api/embed",
                       {{"model", "fake/model:1b"}, {"input", {"a", text}}, {"truncate", false}}),
              StartsWith("input[1] has "));
  EXPECT_THAT(fault_of("/api/embeddings",
                       {{"model", "fake/model:1b"}, {"prompt", text}, {"truncate", false}}),
              StartsWith("prompt has "));
}

}  // namespace
}  // namespace pcai::test
