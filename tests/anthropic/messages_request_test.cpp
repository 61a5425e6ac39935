#include "anthropic/messages_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pcai::anthropic {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A body with these fields beside the required ones.
std::string body_with(const std::string& fields,
                      const std::string& messages = R"([{"role":"user","content":"hello"}])") {
  return R"({"model":"m","max_tokens":64,"messages":)" + messages +
         (fields.empty() ? "" : "," + fields) + "}";
}

MessagesRequest parsed(const std::string& body) {
  auto request = parse_messages_request(body);
  EXPECT_TRUE(request.has_value()) << request.error().message;
  return request ? *request : MessagesRequest{};
}

ChatPrompt chat_of(const std::string& body) {
  return std::get<ChatPrompt>(parsed(body).generate.prompt);
}

Error refused(const std::string& body) {
  const auto request = parse_messages_request(body);
  EXPECT_FALSE(request.has_value()) << body;
  return request ? Error{} : request.error();
}

TEST(MessagesRequestTest, TheParametersArrive) {
  const auto request = parsed(body_with(
      R"("temperature":0.5,"top_p":0.8,"top_k":7,"stop_sequences":["a","b"],"stream":true)"));
  const GenerateParams& params = request.generate.params;
  EXPECT_EQ(request.generate.model, "m");
  EXPECT_EQ(params.max_tokens, 64U);
  EXPECT_FLOAT_EQ(params.temperature, 0.5F);
  EXPECT_FLOAT_EQ(params.top_p, 0.8F);
  EXPECT_EQ(params.top_k, 7);
  EXPECT_THAT(params.stop_sequences, ElementsAre("a", "b"));
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.warnings.empty());
}

TEST(MessagesRequestTest, TheSystemTextComesFirst) {
  const ChatPrompt plain = chat_of(body_with(R"("system":"Be kind.")"));
  ASSERT_EQ(plain.messages.size(), 2U);
  EXPECT_EQ(plain.messages[0].role, Role::System);
  EXPECT_EQ(plain.messages[0].content, "Be kind.");
  const ChatPrompt blocks = chat_of(
      body_with(R"("system":[{"type":"text","text":"Be"},{"type":"text","text":"kind."}])"));
  EXPECT_EQ(blocks.messages[0].content, "Be\nkind.");
}

TEST(MessagesRequestTest, AToolLoopBecomesCallsAndResults) {
  const ChatPrompt chat = chat_of(body_with("", R"([
    {"role":"user","content":"Weather?"},
    {"role":"assistant","content":[
      {"type":"thinking","thinking":"Hm.","signature":"s"},
      {"type":"text","text":"Let me see."},
      {"type":"tool_use","id":"t1","name":"weather","input":{"city":"Rome"}},
      {"type":"tool_use","id":"t2","name":"clock","input":{}}]},
    {"role":"user","content":[
      {"type":"tool_result","tool_use_id":"t1","content":"sunny"},
      {"type":"tool_result","tool_use_id":"t2","is_error":true,
       "content":[{"type":"text","text":"no clock"}]},
      {"type":"text","text":"And?"}]}])"));
  ASSERT_EQ(chat.messages.size(), 5U);
  const ChatMessage& call = chat.messages[1];
  EXPECT_EQ(call.reasoning, "Hm.");
  EXPECT_EQ(call.content, "Let me see.");
  ASSERT_EQ(call.tool_calls.size(), 2U);
  EXPECT_EQ(call.tool_calls[0].arguments, R"({"city":"Rome"})");
  EXPECT_EQ(chat.messages[2].role, Role::Tool);
  EXPECT_EQ(chat.messages[2].tool_call_id, "t1");
  EXPECT_EQ(chat.messages[2].name, "weather");
  EXPECT_EQ(chat.messages[2].content, "sunny");
  EXPECT_EQ(chat.messages[3].content, "Error: no clock");
  EXPECT_EQ(chat.messages[4].role, Role::User);
  EXPECT_EQ(chat.messages[4].content, "And?");
}

TEST(MessagesRequestTest, TurnsOfOneRoleAreJoined) {
  const ChatPrompt chat = chat_of(
      body_with("", R"([{"role":"user","content":"one"},{"role":"user","content":"two"}])"));
  ASSERT_EQ(chat.messages.size(), 1U);
  EXPECT_EQ(chat.messages[0].content, "one\ntwo");
}

TEST(MessagesRequestTest, ToolsAndTheirChoiceArrive) {
  const std::string tools =
      R"("tools":[{"name":"a","description":"does a","input_schema":{"type":"object"}},
                  {"type":"custom","name":"b","input_schema":{}}])";
  ToolOptions options = chat_of(body_with(tools)).tools;
  ASSERT_EQ(options.definitions.size(), 2U);
  EXPECT_EQ(options.definitions[0].parameters, R"({"type":"object"})");
  EXPECT_EQ(options.choice, ToolChoice::Auto);
  options = chat_of(body_with(tools + R"(,"tool_choice":{"type":"any"})")).tools;
  EXPECT_EQ(options.choice, ToolChoice::Required);
  options = chat_of(body_with(tools + R"(,"tool_choice":{"type":"tool","name":"b",
      "disable_parallel_tool_use":true})"))
                .tools;
  EXPECT_EQ(options.choice, ToolChoice::Required);
  EXPECT_THAT(options.allowed, ElementsAre("b"));
  EXPECT_FALSE(options.parallel);
  options = chat_of(body_with(tools + R"(,"tool_choice":{"type":"none"})")).tools;
  EXPECT_EQ(options.choice, ToolChoice::None);
}

TEST(MessagesRequestTest, ThinkingIsOffUnlessAskedFor) {
  EXPECT_FALSE(chat_of(body_with("")).reasoning);
  EXPECT_FALSE(chat_of(body_with(R"("thinking":{"type":"disabled"})")).reasoning);
  EXPECT_TRUE(chat_of(body_with(R"("thinking":{"type":"adaptive"})")).reasoning);
  const auto budget = parsed(body_with(R"("thinking":{"type":"enabled","budget_tokens":2000})"));
  EXPECT_TRUE(std::get<ChatPrompt>(budget.generate.prompt).reasoning);
  EXPECT_EQ(budget.generate.params.reasoning_budget, 2000U);
  EXPECT_THAT(budget.warnings.lines(), ElementsAre());
}

TEST(MessagesRequestTest, ASchemaOfTheAnswerIsAGrammar) {
  for (const char* field : {R"("output_config":{"format":{"type":"json_schema","schema":{"a":1}}})",
                            R"("output_format":{"type":"json_schema","schema":{"a":1}})"}) {
    const auto grammar = parsed(body_with(field)).generate.params.grammar;
    ASSERT_TRUE(grammar.has_value());
    EXPECT_EQ(grammar->source, R"({"a":1})");
  }
}

TEST(MessagesRequestTest, WhatHasNoEffectIsNamed) {
  const auto request = parsed(body_with(R"("metadata":{"user_id":"x"},"service_tier":"auto")"));
  EXPECT_THAT(request.warnings.lines(),
              ElementsAre(HasSubstr("metadata"), HasSubstr("service_tier")));
}

TEST(MessagesRequestTest, WhatIsMissingOrWrongIsNamed) {
  EXPECT_EQ(refused(R"({"max_tokens":1,"messages":[{"role":"user","content":"a"}]})").field,
            "model");
  EXPECT_EQ(refused(R"({"model":"m","messages":[{"role":"user","content":"a"}]})").field,
            "max_tokens");
  EXPECT_EQ(refused(body_with("", "[]")).field, "messages");
  EXPECT_EQ(refused(body_with(R"("temperature":1.5)")).field, "temperature");
  EXPECT_EQ(refused(body_with(R"("temprature":1)")).field, "temprature");
  EXPECT_EQ(refused(body_with(R"("stop_sequences":[""])")).field, "stop_sequences[0]");
  EXPECT_EQ(refused(body_with(R"("tool_choice":{"type":"any"})")).field, "tool_choice.type");
  EXPECT_EQ(refused(body_with(R"("tools":[{"name":"a"}])")).field, "tools[0].input_schema");
  EXPECT_EQ(refused(body_with("", R"([{"role":"tool","content":"a"}])")).field, "messages[0].role");
  EXPECT_EQ(refused(body_with("", R"([{"role":"user","content":[
      {"type":"tool_result","tool_use_id":"x","content":"a"}]}])"))
                .field,
            "messages[0]");
}

TEST(MessagesRequestTest, WhatCannotBeDoneIsUnsupported) {
  for (const char* block :
       {R"({"type":"document","source":{}})", R"({"type":"search_result","source":"x"})"}) {
    const Error error =
        refused(body_with("", R"([{"role":"user","content":[)" + std::string(block) + "]}]"));
    EXPECT_EQ(error.code, ErrorCode::Unsupported);
    EXPECT_EQ(error.field, "messages[0].content[0].type");
  }
  EXPECT_EQ(refused(body_with(R"("mcp_servers":[{}])")).code, ErrorCode::Unsupported);
}

TEST(MessagesRequestTest, TheAnswerGoesOnFromAFinalMessageOfTheAssistant) {
  const ChatPrompt chat = chat_of(body_with("", R"([{"role":"user","content":"a"},
      {"role":"assistant","content":"The answer is"}])"));
  EXPECT_TRUE(chat.continues);
  ASSERT_EQ(chat.messages.size(), 2U);
  EXPECT_EQ(chat.messages[1].content, "The answer is");
  EXPECT_FALSE(chat_of(body_with("")).continues);
  const Error called = refused(body_with("", R"([{"role":"user","content":"a"},
      {"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{}}]}])"));
  EXPECT_EQ(called.field, "messages[1]");
}

TEST(MessagesRequestTest, SystemMessagesMayStandAnywhere) {
  const ChatPrompt chat = chat_of(body_with(R"("system":"s")", R"([{"role":"user","content":"a"},
      {"role":"system","content":[{"type":"text","text":"agents"}]}])"));
  ASSERT_EQ(chat.messages.size(), 3U);
  EXPECT_EQ(chat.messages[2].role, Role::System);
  EXPECT_EQ(chat.messages[2].content, "agents");
  EXPECT_FALSE(chat.continues);
}

TEST(MessagesRequestTest, ToolsThatAServiceRunsAreLeftOut) {
  const auto request = parsed(body_with(R"("tools":[{"type":"bash_20250124","name":"bash"},
      {"type":"web_search_20250305","name":"web_search"},{"name":"f","input_schema":{}}],
      "tool_choice":{"type":"any"})"));
  EXPECT_EQ(std::get<ChatPrompt>(request.generate.prompt).tools.definitions.size(), 1U);
  EXPECT_THAT(request.warnings.lines(),
              ElementsAre(HasSubstr("'bash_20250124'"), HasSubstr("'web_search_20250305'")));
  EXPECT_EQ(refused(body_with(R"("tools":[{"type":"bash_20250124","name":"bash"}],
      "tool_choice":{"type":"any"})"))
                .field,
            "tool_choice.type");
}

TEST(MessagesRequestTest, BlocksOfOtherAssistantsAreLeftOut) {
  const auto request = parsed(body_with("", R"([{"role":"user","content":"a"},
      {"role":"assistant","content":[{"type":"redacted_thinking","data":"x"},
        {"type":"server_tool_use","id":"s","name":"web_search","input":{}},
        {"type":"tool_use","id":"c","name":"f"}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[
        {"type":"text","text":"see"},{"type":"image","source":{"type":"base64",
         "media_type":"image/png","data":"iVBORw0KGgphbmQgc28gb24="}},
        {"type":"tool_reference","tool_name":"x"}]},{"type":"text","text":"go"}]}])"));
  const auto& messages = std::get<ChatPrompt>(request.generate.prompt).messages;
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[1].tool_calls.at(0).arguments, "{}");
  EXPECT_EQ(messages[2].content, "see\n[image]");
  EXPECT_EQ(messages[3].media.size(), 1U);
  EXPECT_EQ(messages[3].content, "go");
  EXPECT_THAT(request.warnings.lines(),
              ElementsAre("messages[1].content[0] is left out: a block of type 'redacted_thinking'",
                          "messages[1].content[1] is left out: a block of type 'server_tool_use'",
                          HasSubstr("messages[2].content[0].content[2] is left out")));
}

// "\x89PNG\r\n\x1A\n" and a little more.
constexpr const char* kPngBase64 = "iVBORw0KGgphbmQgc28gb24=";

std::string image_turn(const std::string& source) {
  return R"({"role":"user","content":[{"type":"text","text":"a"},
             {"type":"image","source":)" +
         source + R"(},{"type":"text","text":"b"}]})";
}

std::string png_source(const std::string& media_type) {
  return R"({"type":"base64","media_type":")" + media_type + R"(","data":")" + kPngBase64 + R"("})";
}

TEST(MessagesRequestTest, ImagesStandWhereTheyStood) {
  const ChatPrompt chat = chat_of(
      body_with("", "[" + image_turn(png_source("image/png")) + "," +
                        image_turn(R"({"type":"url","url":"https://example.org/a.png"})") + "]"));
  ASSERT_EQ(chat.messages.size(), 1U);  // turns of one role become one
  EXPECT_EQ(chat.messages[0].content, "ab\nab");
  ASSERT_EQ(chat.messages[0].media.size(), 2U);
  EXPECT_EQ(chat.messages[0].media[0].position, 1U);
  EXPECT_EQ(chat.messages[0].media[1].position, 4U);
  EXPECT_EQ(*chat.messages[0].media[1].bytes, "https://example.org/a.png");
}

TEST(MessagesRequestTest, AnImageIsWhatItIsSaidToBe) {
  EXPECT_EQ(refused(body_with("", "[" + image_turn(png_source("image/jpeg")) + "]")).field,
            "messages[0].content[1].source.data");
  EXPECT_EQ(refused(body_with("", "[" + image_turn(png_source("audio/wav")) + "]")).field,
            "messages[0].content[1].source.media_type");
  EXPECT_EQ(
      refused(body_with("", "[" + image_turn(R"({"type":"file","file_id":"f"})") + "]")).field,
      "messages[0].content[1].source.type");
}

TEST(MessagesRequestTest, CountingNeedsNoMaxTokens) {
  const char* body = R"({"model":"m","messages":[{"role":"user","content":"a"}]})";
  EXPECT_TRUE(parse_count_request(body).has_value());
}

}  // namespace
}  // namespace pcai::anthropic
