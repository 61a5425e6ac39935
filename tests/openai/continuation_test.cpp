#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "openai/chat/chat_request.h"

namespace pcai::openai {
namespace {

constexpr const char* kWords =
    R"({"role":"user","content":"a"},{"role":"assistant","content":"b"})";

/// A body whose messages are `messages`, with other members behind them.
std::string body(const std::string& messages, const std::string& members = "") {
  return R"({"model":"m","messages":[)" + messages + "]" + (members.empty() ? "" : "," + members) +
         "}";
}

ChatPrompt chat_of(const std::string& text) {
  const auto request = parse_chat_request(text);
  EXPECT_TRUE(request) << text << ": " << request.error().message;
  return request ? std::get<ChatPrompt>(request->generate.prompt) : ChatPrompt();
}

TEST(ContinuationTest, TheAssistantsLastTextIsGoneOnWith) {
  EXPECT_TRUE(chat_of(body(kWords)).continues);
  EXPECT_TRUE(chat_of(body(R"({"role":"assistant","content":"b"})")).continues);
  EXPECT_TRUE(chat_of(body(kWords, R"("continue_final_message":true)")).continues);
  EXPECT_TRUE(
      chat_of(body(kWords, R"("continue_final_message":true,"add_generation_prompt":false)"))
          .continues);
  EXPECT_TRUE(chat_of(body(kWords, R"("add_generation_prompt":false)")).continues);
}

TEST(ContinuationTest, OtherEndsBeginATurn) {
  EXPECT_FALSE(chat_of(body(R"({"role":"user","content":"a"})")).continues);
  EXPECT_FALSE(
      chat_of(body(R"({"role":"assistant","content":"b"},{"role":"system","content":"c"})"))
          .continues);
  EXPECT_FALSE(chat_of(body(R"({"role":"assistant","content":"b","tool_calls":[
      {"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]})"))
                   .continues);
}

TEST(ContinuationTest, ARequestCanAskForATurnOfItsOwn) {
  for (const char* members :
       {R"("continue_final_message":false)", R"("add_generation_prompt":true)",
        R"("continue_final_message":false,"add_generation_prompt":true)",
        R"("response_format":{"type":"json_object"})"}) {
    EXPECT_FALSE(chat_of(body(kWords, members)).continues) << members;
  }
}

TEST(ContinuationTest, WithoutAGenerationPromptTheTemplateLeavesItOut) {
  const ChatPrompt chat =
      chat_of(body(R"({"role":"user","content":"a"})", R"("add_generation_prompt":false)"));
  ASSERT_EQ(chat.template_arguments.size(), 1U);
  EXPECT_EQ(chat.template_arguments[0].name, "add_generation_prompt");
  EXPECT_EQ(chat.template_arguments[0].json, "false");
}

TEST(ContinuationTest, WhatContradictsIsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {body(kWords, R"("continue_final_message":true,"add_generation_prompt":true)"),
       "continue_final_message"},
      {body(R"({"role":"user","content":"a"})", R"("continue_final_message":true)"), "messages"},
      {body(R"({"role":"assistant","tool_calls":[{"id":"1","type":"function",
            "function":{"name":"f","arguments":"{}"}}]})",
            R"("continue_final_message":true)"),
       "messages"},
      {body(kWords, R"("continue_final_message":true,"response_format":{"type":"json_object"})"),
       "response_format"},
      {body(kWords, R"("continue_final_message":"yes")"), "continue_final_message"},
  };
  for (const auto& [text, field] : cases) {
    const auto request = parse_chat_request(text);
    ASSERT_FALSE(request) << text;
    EXPECT_EQ(request.error().code, ErrorCode::InvalidRequest) << text;
    EXPECT_EQ(request.error().field, field) << request.error().message;
  }
}

}  // namespace
}  // namespace pcai::openai
