#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/test_server.h"

// Requests in the shapes that well-known clients send, with texts of our own.

namespace pcai::test {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kLookUp =
    R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})";

// "\x89PNG\r\n\x1A\n" and a little more.
constexpr const char* kPng = "iVBORw0KGgphbmQgc28gb24=";

json ask(const TestServer& server, const std::string& route, const std::string& body) {
  const Answer answer = server.post(route, body);
  EXPECT_EQ(answer.status, 200) << route << ": " << answer.body;
  return answer.status == 200 ? json::parse(answer.body) : json::object();
}

std::string refusal(const TestServer& server, const std::string& route, const std::string& body) {
  const Answer answer = server.post(route, body);
  EXPECT_EQ(answer.status, 400) << answer.body;
  return answer.body;
}

std::string with_schema(std::string body) {
  for (std::size_t at = body.find("SCHEMA"); at != std::string::npos; at = body.find("SCHEMA")) {
    body.replace(at, 6, kLookUp);
  }
  return body;
}

constexpr const char* kCodingAgent = R"({
  "model":"fake/model:1b","max_tokens":32,
  "messages":[
    {"role":"user","content":[{"type":"text","text":"Rules."},
      {"type":"text","text":"hi","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
    {"role":"system","content":"Agents: alpha, beta."}],
  "system":[{"type":"text","text":"You are a CLI."},
    {"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","scope":"global"}}],
  "tools":[
    {"name":"mcp__plugin_example-tracker_example-tracker__getProjectIssueTypesMetadata",
     "description":"","input_schema":SCHEMA,"defer_loading":true},
    {"type":"bash_20250124","name":"bash"},
    {"type":"text_editor_20250728","name":"str_replace_based_edit_tool","max_characters":9},
    {"type":"web_search_20250305","name":"web_search","max_uses":3},
    {"type":"tool_of_next_year","name":"x"}],
  "metadata":{"user_id":"u"},"thinking":{"type":"adaptive"},
  "context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},
  "output_config":{"effort":"high"},"betas":["a-2026-01-01"],"speed":"fast","container":"c"})";

TEST(ClientRequestsTest, ACodingAgentOfTheMessagesApiIsAnswered) {
  const json answer = ask(TestServer(), "/v1/messages?beta=true", with_schema(kCodingAgent));
  const std::vector<std::string> warnings = answer["warnings"];
  for (const char* told :
       {"context_management", "betas", "speed", "container", "tools[0].defer_loading", "tools[1]",
        "tools[2]", "tools[3]", "tools[4]"}) {
    EXPECT_THAT(warnings, Contains(HasSubstr(told)));
  }
  EXPECT_EQ(answer["content"][0].size(), 2U);  // type and text: others would have to be arrays
}

TEST(ClientRequestsTest, ASystemTurnReachesThePrompt) {
  const TestServer server;
  const auto count = [&](const std::string& more) {
    return ask(server, "/v1/messages/count_tokens",
               R"({"model":"fake/model:1b","messages":[{"role":"user","content":"a"})" + more +
                   R"(,{"role":"user","content":"b"}]})")["input_tokens"]
        .get<int>();
  };
  EXPECT_EQ(count(R"(,{"role":"system","content":"one two three"})"), count("") + 3);
}

TEST(ClientRequestsTest, AnAgentOfTheResponsesApiIsAnswered) {
  const json answer = ask(TestServer(), "/v1/responses", with_schema(R"({
    "model":"fake/model:1b","instructions":"You are a CLI.",
    "input":[
      {"type":"message","role":"developer","content":[{"type":"input_text","text":"Rules."}]},
      {"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]},
      {"type":"reasoning","id":"rs_1","summary":[],"content":null,"encrypted_content":"gAAA"},
      {"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search"}},
      {"type":"local_shell_call","id":"l","call_id":"c1","status":"completed",
       "action":{"type":"exec","command":["ls"]}},
      {"type":"local_shell_call_output","call_id":"c1","output":"a.txt"},
      {"type":"custom_tool_call","call_id":"c2","name":"apply_patch","input":"*** Begin"},
      {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"ok"}]},
      {"type":"function_call","call_id":"c3","name":"shell","arguments":"","namespace":"n"},
      {"type":"function_call_output","call_id":"c3","output":"done"}],
    "tools":[
      {"type":"function","name":"shell","strict":false,"parameters":SCHEMA},
      {"type":"web_search","external_web_access":false},
      {"type":"custom","name":"apply_patch","format":{"type":"grammar","syntax":"lark",
       "definition":"start: /.+/"}},
      {"type":"namespace","name":"mcp__x","description":"x","tools":[]},
      {"type":"local_shell"},{"type":"image_generation"},{"type":"computer_use_preview"},
      {"type":"file_search"},{"type":"code_interpreter"},{"type":"mcp","server_label":"m"}],
    "tool_choice":"auto","parallel_tool_calls":true,"reasoning":{"summary":"auto"},"store":false,
    "include":["reasoning.encrypted_content","web_search_call.action.sources"],
    "prompt_cache_key":"k","client_metadata":{"thread_id":"t"},"truncation":"auto"})"));
  const std::vector<std::string> warnings = answer["warnings"];
  EXPECT_THAT(warnings, Contains(HasSubstr("client_metadata")));
  EXPECT_THAT(warnings, Contains(HasSubstr("input[3] is left out")));
  EXPECT_THAT(warnings, Contains(HasSubstr("'namespace'")));
}

TEST(ClientRequestsTest, AToolThatIsLeftOutCannotBeChosen) {
  const TestServer server;
  const std::string search = R"("tools":[{"type":"web_search"}],"tool_choice":)";
  const std::string head = R"({"input":"hi",)" + search;
  EXPECT_THAT(refusal(server, "/v1/responses", head + R"({"type":"web_search"}})"),
              HasSubstr("tool_choice.type"));
  EXPECT_THAT(refusal(server, "/v1/responses", head + R"("required"})"),
              HasSubstr("there are no functions"));
  ask(server, "/v1/responses", head + R"("auto"})");
  EXPECT_THAT(refusal(server, "/v1/messages", R"({"model":"fake/model:1b","max_tokens":2,
      "messages":[{"role":"user","content":"a"}],"tools":[{"type":"bash_20250124","name":"bash"}],
      "tool_choice":{"type":"tool","name":"bash"}})"),
              HasSubstr("tool_choice"));
}

TEST(ClientRequestsTest, AReferenceFindsTheStoredItem) {
  const TestServer server;
  const json first =
      ask(server, "/v1/responses", R"({"input":"fake: reply=blue whale","model":"fake/model:1b"})");
  const std::string id = first["output"][0]["id"];
  const auto body = [](const std::string& of) {
    return R"({"input":[{"role":"user","content":"a"},{"type":"item_reference","id":")" + of +
           R"("},{"role":"user","content":"b"}]})";
  };
  const json tokens = ask(server, "/v1/responses/input_tokens", body(id));
  EXPECT_EQ(tokens["input_tokens"], 4);
  ask(server, "/v1/responses", body(id));
  EXPECT_THAT(refusal(server, "/v1/responses", body("msg_20043e8e176d1fe7581fb2380")),
              HasSubstr("no stored response has the item"));
  const json bare = ask(server, "/v1/responses/input_tokens",
                        R"({"input":[{"role":"user","content":"a"},{"id":")" + id + R"("}]})");
  EXPECT_EQ(bare["input_tokens"], 3);
}

TEST(ClientRequestsTest, WhatOtherProvidersLeaveInAChatIsAccepted) {
  const json answer = ask(TestServer(), "/v1/chat/completions",
                          R"({"messages":[
    {"role":"user","content":"a"},
    {"role":"assistant","content":"b","reasoning":"x","reasoning_details":[{"type":"t"}],
     "provider_specific_fields":{"a":1},"extra_content":{"google":{"thought_signature":"x"}},
     "thinking_blocks":[{"type":"thinking"}],"images":[{"type":"image_url"}],"id":"msg_1",
     "annotations":[{}],"audio":{"id":"audio_1"},"refusal":null,"function_call":null},
    {"role":"assistant","content":null,"reasoning_content":"only a thought"},
    {"role":"assistant","content":[{"type":"thinking","thinking":"x"},{"type":"text","text":"c"}]},
    {"role":"assistant","content":null,"tool_calls":[
      {"id":"c1__thought__)" + std::string(3000, 'x') +
                              R"(","type":"function",
       "extra_content":{"google":{}},"function":{"name":"f","arguments":"{\"a\": "}},
      {"id":"c2","type":"function","function":{"name":"f","arguments":""}},
      {"id":"c3","type":"custom","custom":{"name":"g","input":"text"}}]},
    {"role":"tool","tool_call_id":"c1__thought__)" +
                              std::string(3000, 'x') +
                              R"(","content":"x"},
    {"role":"tool","tool_call_id":"c2","content":[],"name":"f"},
    {"role":"user","content":"go"}],
    "tools":[{"type":"function","function":{"name":"mcp.files:read/all"}}],
    "top_p":0,"max_tokens":-1,"seed":-1,"n":null,"stop":["o"],
    "prompt_cache_key":"x","client_metadata":{},"cache_prompt":true,"models":["a"],"top_a":0.5,
    "provider":{"order":["x"]},"transforms":[],"min_tokens":1,"web_search_options":{"a":1}})");
  const std::vector<std::string> warnings = answer["warnings"];
  EXPECT_THAT(warnings, Contains(HasSubstr("messages[1].extra_content")));
  EXPECT_THAT(warnings, Contains(HasSubstr("messages[3].content[0]")));
  EXPECT_THAT(warnings, Contains(HasSubstr("messages[4].tool_calls[0].extra_content")));
}

TEST(ClientRequestsTest, WhatOtherProvidersLeaveInAMessagesChatIsAccepted) {
  const json answer = ask(TestServer(), "/v1/messages", R"({"model":"fake/model:1b","max_tokens":9,
    "messages":[
      {"role":"user","content":[{"type":"text","text":"a","citations":null}]},
      {"role":"assistant","id":"msg_1","content":[
        {"type":"redacted_thinking","data":"x"},
        {"type":"server_tool_use","id":"s","name":"web_search","input":{}},
        {"type":"web_search_tool_result","tool_use_id":"s","content":[]},
        {"type":"tool_use","id":"c","name":"f","caller":{"type":"direct"}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[
        {"type":"text","text":"see","cache_control":{"type":"ephemeral"}},
        {"type":"tool_reference","tool_name":"x"}]}]}]})");
  const std::vector<std::string> warnings = answer["warnings"];
  EXPECT_THAT(warnings, Contains(HasSubstr("messages[1].content[0] is left out")));
  EXPECT_THAT(warnings, Contains(HasSubstr("'web_search_tool_result'")));
  EXPECT_THAT(warnings, Contains(HasSubstr("messages[2].content[0].content[1]")));
}

TEST(ClientRequestsTest, ImagesOfToolsReachTheModel) {
  const TestServer server;
  const std::string url = R"("data:image/png;base64,)" + std::string(kPng) + "\"";
  // The placeholder and the image are a word each.
  const json chat = ask(server, "/v1/chat/completions/input_tokens", R"({"messages":[
    {"role":"user","content":"a"},
    {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",
      "function":{"name":"f","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"b"},
      {"type":"image_url","image_url":{"url":)" + url + R"(}}]},
    {"role":"user","content":"c"}]})");
  const json without = ask(server, "/v1/chat/completions/input_tokens", R"({"messages":[
    {"role":"user","content":"a"},
    {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",
      "function":{"name":"f","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"c","content":"b"},
    {"role":"user","content":"c"}]})");
  EXPECT_EQ(chat["input_tokens"], without["input_tokens"].get<int>() + 2);
  ask(server, "/v1/messages",
      R"({"model":"fake/model:1b","max_tokens":9,"messages":[
    {"role":"user","content":"a"},
    {"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[
      {"type":"image","source":{"type":"base64","media_type":"image/png","data":")" +
          std::string(kPng) + R"("}}]}]}]})");
  ask(server, "/v1/responses",
      R"({"input":[{"role":"user","content":"a"},
    {"type":"computer_call","call_id":"c","action":{"type":"screenshot"}},
    {"type":"computer_call_output","call_id":"c",
     "output":{"type":"computer_screenshot","image_url":)" +
          url + "}}]}");
}

TEST(ClientRequestsTest, TheOllamaApisClientsAreAnswered) {
  const TestServer server;
  ask(server, "/api/show", R"({"model":"fake/model:1b","system":"","template":"","verbose":false,
      "options":null,"name":""})");
  const json old = ask(server, "/api/generate", R"({"model":"fake/model:1b","prompt":"hi",
      "stream":false,"options":{"num_gqa":1,"rope_frequency_base":1e4,"rope_frequency_scale":1.0,
      "foo":1,"reasoning_effort":"low","num_threads":2,"temperature":2.5,"top_p":0,"seed":-1}})");
  EXPECT_THAT(old["warnings"].get<std::vector<std::string>>(),
              Contains(HasSubstr("options.num_gqa")));
  const std::string tools = with_schema(R"({"model":"fake/model:1b","stream":false,"think":false,
      "messages":[{"role":"user","content":"hi","images":[]}],
      "tools":[{"type":"function","function":{"name":"f","parameters":SCHEMA}}],"tool_choice":)");
  ask(server, "/api/chat", tools + R"("auto"})");
  EXPECT_THAT(refusal(server, "/api/chat", tools + R"("sometimes"})"), HasSubstr("tool_choice"));
}

TEST(ClientRequestsTest, AMeasuringClientsStreamOptionsAreTold) {
  const Answer answer = TestServer().post("/v1/chat/completions", R"({"stream":true,
      "stream_options":{"include_usage":true,"continuous_usage_stats":true},
      "max_completion_tokens":10,"messages":[{"role":"user","content":"a"}]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.header("x-pcai-warnings"), HasSubstr("stream_options.continuous_usage_stats"));
}

TEST(ClientRequestsTest, AThreadIsRefused) {
  EXPECT_THAT(refusal(TestServer(), "/v1/messages", R"({"model":"fake/model:1b","max_tokens":9,
      "messages":[{"role":"user","content":"a"}],"thread":{"type":"create"}})"),
              HasSubstr("thread"));
}

TEST(ClientRequestsTest, AnOverflowIsToldInTheWordsOfTheMessagesApi) {
  const TestServer server({.fake = {.context_length = 50}});
  std::string text;
  for (int i = 0; i < 60; ++i) text += "word ";
  for (const char* stream : {"false", "true"}) {
    const std::string body =
        refusal(server, "/v1/messages",
                R"({"model":"fake/model:1b","max_tokens":9,"stream":)" + std::string(stream) +
                    R"(,"messages":[{"role":"user","content":")" + text + R"("}]})");
    const json error = json::parse(body)["error"];
    EXPECT_EQ(error["type"], "invalid_request_error");
    EXPECT_EQ(error["message"], "prompt is too long: 60 tokens > 50 maximum");
  }
}

}  // namespace
}  // namespace pcai::test
