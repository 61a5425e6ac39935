#include "openai/chat/messages.h"

#include <gtest/gtest.h>

#include "bodies.h"

namespace pcai::openai {
namespace {

struct Read {
  std::vector<ChatMessage> messages;
  std::vector<std::string> warnings;
};

Read read(const std::string& messages) {
  auto request = parse_chat_request(body_of_messages(messages));
  EXPECT_TRUE(request) << messages << ": " << request.error().message;
  if (!request) return {{ChatMessage{}}, {}};
  return {std::get<ChatPrompt>(request->generate.prompt).messages, request->warnings.lines()};
}

TEST(MessagesTest, DeveloperIsSystemAndTheOthersAreThemselves) {
  const auto messages = read(R"([
      {"role":"developer","content":"d"},{"role":"system","content":"s"},
      {"role":"user","content":"u","name":"ann"},{"role":"assistant","content":"a"},
      {"role":"tool","content":"t","tool_call_id":"c1"}])")
                            .messages;
  ASSERT_EQ(messages.size(), 5U);
  EXPECT_EQ(messages[0].role, Role::System);
  EXPECT_EQ(messages[1].role, Role::System);
  EXPECT_EQ(messages[2].role, Role::User);
  EXPECT_EQ(messages[2].name, "ann");
  EXPECT_EQ(messages[3].role, Role::Assistant);
  EXPECT_EQ(messages[4].role, Role::Tool);
  EXPECT_EQ(messages[4].tool_call_id, "c1");
}

TEST(MessagesTest, TextPartsAreJoinedWithNewlines) {
  EXPECT_EQ(read(R"([{"role":"user","content":[{"type":"text","text":"a"}]}])").messages[0].content,
            "a");
  EXPECT_EQ(read(R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":""},
                     {"text":"b","type":"text"}]}])")
                .messages[0]
                .content,
            "a\n\nb");
}

TEST(MessagesTest, ARefusalIsWhatTheAssistantSaid) {
  EXPECT_EQ(read(R"([{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]}])")
                .messages[0]
                .content,
            "no");
  EXPECT_EQ(read(R"([{"role":"assistant","content":null,"refusal":"no"}])").messages[0].content,
            "no");
  EXPECT_EQ(read(R"([{"role":"assistant","content":"hm","refusal":"no"}])").messages[0].content,
            "hm\nno");
  EXPECT_EQ(read(R"([{"role":"assistant","content":"hm","refusal":null}])").messages[0].content,
            "hm");
}

TEST(MessagesTest, AnEmptyContentIsNotAnAbsentOne) {
  EXPECT_EQ(read(R"([{"role":"user","content":""}])").messages[0].content, "");
  EXPECT_EQ(error_of(body_of_messages(R"([{"role":"user"}])")).field, "messages[0].content");
}

TEST(MessagesTest, ToolCallsOfTheHistoryAreRead) {
  const auto [messages, warnings] = read(R"([{"role":"assistant","content":null,"tool_calls":[
      {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}},
      {"id":"c2","type":"function","function":{"name":"g","arguments":{"z":1,"a":[2]}}},
      {"id":"c3","type":"function","function":{"name":"h"},"index":2}]}])");
  const ChatMessage& message = messages[0];
  EXPECT_FALSE(message.content);
  ASSERT_EQ(message.tool_calls.size(), 3U);
  EXPECT_EQ(message.tool_calls[0].id, "c1");
  EXPECT_EQ(message.tool_calls[0].name, "f");
  EXPECT_EQ(message.tool_calls[0].arguments, R"({"a": 1})");
  EXPECT_EQ(message.tool_calls[1].arguments, R"({"z":1,"a":[2]})");
  EXPECT_EQ(message.tool_calls[2].arguments, "{}");
  EXPECT_EQ(warnings,
            std::vector<std::string>{"messages[0].tool_calls[2].index has no effect here"});
}

TEST(MessagesTest, ReasoningComesBackUnderEitherName) {
  EXPECT_EQ(read(R"([{"role":"assistant","content":"a","reasoning":"r"}])").messages[0].reasoning,
            "r");
  EXPECT_EQ(
      read(R"([{"role":"assistant","content":"a","reasoning_content":"r"}])").messages[0].reasoning,
      "r");
  EXPECT_EQ(read(R"([{"role":"assistant","content":"a","reasoning_content":"c","reasoning":"r"}])")
                .messages[0]
                .reasoning,
            "c");
}

TEST(MessagesTest, AnAnswerOfOursCanBeGivenBackAsItIs) {
  const auto [messages, warnings] = read(
      R"([{"role":"assistant","content":"a","refusal":null,"annotations":[],"reasoning_content":"r"}])");
  EXPECT_EQ(messages[0].content, "a");
  EXPECT_EQ(warnings, std::vector<std::string>{"messages[0].annotations has no effect here"});
}

TEST(MessagesTest, WhatIsWrongIsRefusedWithItsPath) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([])", "messages"},
      {R"("hi")", "messages"},
      {R"([7])", "messages[0]"},
      {R"([null])", "messages[0]"},
      {R"([{}])", "messages[0].role"},
      {R"([{"role":7,"content":"x"}])", "messages[0].role"},
      {R"([{"role":"bot","content":"x"}])", "messages[0].role"},
      {R"([{"role":"user","content":"x"},{"role":"User","content":"x"}])", "messages[1].role"},
      {R"([{"role":"user","content":null}])", "messages[0].content"},
      {R"([{"role":"user","content":7}])", "messages[0].content"},
      {R"([{"role":"user","content":{}}])", "messages[0].content"},
      {R"([{"role":"user","content":[]}])", "messages[0].content"},
      {R"([{"role":"user","content":["x"]}])", "messages[0].content[0]"},
      {R"([{"role":"user","content":[{}]}])", "messages[0].content[0].type"},
      {R"([{"role":"user","content":[{"type":7}]}])", "messages[0].content[0].type"},
      {R"([{"role":"user","content":[{"type":"text"}]}])", "messages[0].content[0].text"},
      {R"([{"role":"user","content":[{"type":"text","text":7}]}])", "messages[0].content[0].text"},
      {R"([{"role":"user","content":"x","name":7}])", "messages[0].name"},
      {R"([{"role":"assistant","tool_calls":{}}])", "messages[0].tool_calls"},
      {R"([{"role":"assistant","tool_calls":[{}]}])", "messages[0].tool_calls[0].id"},
      {R"([{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f"}}]}])",
       "messages[0].tool_calls[0].id"},
      {R"([{"role":"assistant","tool_calls":[{"type":"function","id":"c"}]}])",
       "messages[0].tool_calls[0].function"},
      {R"([{"role":"assistant","tool_calls":[{"type":"function","id":"c","function":{}}]}])",
       "messages[0].tool_calls[0].function.name"},
      {R"([{"role":"assistant","tool_calls":[{"type":"function","id":"c","function":{"name":""}}]}])",
       "messages[0].tool_calls[0].function.name"},
      {R"([{"role":"assistant","tool_calls":[{"type":"function","id":"c",
           "function":{"name":"f","arguments":[]}}]}])",
       "messages[0].tool_calls[0].function.arguments"},
      {R"([{"role":"user","content":"x","tool_calls":[{"type":"function","id":"c",
           "function":{"name":"f"}}]}])",
       "messages[0].tool_calls"},
      {R"([{"role":"user","content":"x","reasoning_content":"r"}])",
       "messages[0].reasoning_content"},
      {R"([{"role":"user","content":"x","tool_call_id":"c"}])", "messages[0].tool_call_id"},
      {R"([{"role":"tool","content":"x"}])", "messages[0].tool_call_id"},
      {R"([{"role":"tool","content":"x","tool_call_id":""}])", "messages[0].tool_call_id"},
      {R"([{"role":"tool","tool_call_id":"c"}])", "messages[0].content"},
  };
  for (const auto& [messages, field] : cases) {
    const Error error = error_of(body_of_messages(messages));
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest) << messages << ": " << error.message;
    EXPECT_EQ(error.field, field) << messages << ": " << error.message;
    EXPECT_FALSE(error.message.empty());
  }
}

TEST(MessagesTest, OtherKindsAreUnsupportedWithTheirPath) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([{"role":"user","content":"x"},{"role":"user","content":[
           {"type":"input_image","image_url":"data:image/png;base64,AA=="}]}])",
       "messages[1].content[0].type"},
      {R"([{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}])",
       "messages[0].content[0].type"},
      {R"([{"role":"assistant","tool_calls":[{"id":"c","type":"other"}]}])",
       "messages[0].tool_calls[0].type"},
  };
  for (const auto& [messages, field] : cases) {
    const Error error = error_of(body_of_messages(messages));
    EXPECT_EQ(error.code, ErrorCode::Unsupported) << messages << ": " << error.message;
    EXPECT_EQ(error.field, field) << error.message;
  }
}

TEST(MessagesTest, AnAssistantMayHaveOnlyThoughtOrSaidNothing) {
  const auto messages = read(R"([{"role":"assistant","content":null,"reasoning":"r"},
      {"role":"assistant","content":[]},{"role":"assistant","audio":{"id":"a"}}])")
                            .messages;
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[0].reasoning, "r");
  for (const ChatMessage& message : messages) EXPECT_EQ(message.content, "");
}

TEST(MessagesTest, ArgumentsThatAreEmptyAreAnEmptyObjectAndCutOnesStay) {
  const auto messages = read(R"([{"role":"assistant","tool_calls":[
      {"id":"a","function":{"name":"f","arguments":""}},
      {"id":"b","type":"function","function":{"name":"f","arguments":"{\"a\": "}},
      {"id":"c","type":"custom","custom":{"name":"g","input":"x \"y\""}}]}])")
                            .messages;
  ASSERT_EQ(messages[0].tool_calls.size(), 3U);
  EXPECT_EQ(messages[0].tool_calls[0].arguments, "{}");
  EXPECT_EQ(messages[0].tool_calls[1].arguments, "{\"a\": ");
  EXPECT_EQ(messages[0].tool_calls[2].name, "g");
  EXPECT_EQ(messages[0].tool_calls[2].arguments, R"({"input":"x \"y\""})");
}

TEST(MessagesTest, PartsOfAnotherAssistantAreLeftOut) {
  const auto [messages, warnings] = read(R"([{"role":"assistant","content":[
      {"type":"thinking","thinking":"t"},{"type":"output_text","text":"a"},
      {"type":"image_url","image_url":{"url":"data:,"}}]}])");
  EXPECT_EQ(messages[0].content, "a");
  EXPECT_EQ(warnings, (std::vector<std::string>{
                          "messages[0].content[0] is left out: a part of type 'thinking'",
                          "messages[0].content[2] is left out: a part of type 'image_url'"}));
}

TEST(MessagesTest, ImagesOfToolsFollowInAUsersMessageBehindAllAnswers) {
  const std::string image =
      R"({"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgphbmQgc28gb24="}})";
  const auto messages = read(R"([{"role":"assistant","tool_calls":[
      {"id":"a","type":"function","function":{"name":"f"}},
      {"id":"b","type":"function","function":{"name":"f"}}]},
      {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"see"},)" +
                             image + R"(]},
      {"role":"tool","tool_call_id":"b","content":"done"},
      {"role":"user","content":"go"}])")
                            .messages;
  ASSERT_EQ(messages.size(), 5U);
  EXPECT_EQ(messages[1].content, "see\n[image]");
  EXPECT_TRUE(messages[1].media.empty());
  EXPECT_EQ(messages[2].role, Role::Tool);
  EXPECT_EQ(messages[3].role, Role::User);
  EXPECT_EQ(messages[3].media.size(), 1U);
  EXPECT_EQ(messages[4].content, "go");
}

TEST(MessagesTest, OlderCallsAndTheirAnswersFindEachOtherByName) {
  const auto messages = read(R"([
      {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\"a\":1}"}},
      {"role":"function","name":"f","content":"done"}])")
                            .messages;
  ASSERT_EQ(messages.size(), 2U);
  ASSERT_EQ(messages[0].tool_calls.size(), 1U);
  EXPECT_EQ(messages[0].tool_calls[0].name, "f");
  EXPECT_EQ(messages[0].tool_calls[0].arguments, "{\"a\":1}");
  EXPECT_FALSE(messages[0].content);
  EXPECT_EQ(messages[1].role, Role::Tool);
  EXPECT_EQ(messages[1].content, "done");
  EXPECT_EQ(messages[1].tool_call_id, messages[0].tool_calls[0].id);
}

TEST(MessagesTest, OlderMessagesAreCheckedAsWell) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([{"role":"function","content":"x"}])", "messages[0].name"},
      {R"([{"role":"function","name":"f","content":"x","tool_call_id":"c"}])",
       "messages[0].tool_call_id"},
      {R"([{"role":"function","name":"f"}])", "messages[0].content"},
      {R"([{"role":"assistant","function_call":{}}])", "messages[0].function_call.name"},
      {R"([{"role":"user","content":"x","function_call":{"name":"f"}}])", "messages[0].tool_calls"},
      {R"([{"role":"assistant","function_call":{"name":"f"},
           "tool_calls":[{"type":"function","id":"c","function":{"name":"f"}}]}])",
       "messages[0].function_call"},
  };
  for (const auto& [messages, field] : cases) {
    const Error error = error_of(body_of_messages(messages));
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest) << messages << ": " << error.message;
    EXPECT_EQ(error.field, field) << error.message;
  }
}

TEST(MessagesTest, CountsAreBoundedAtBothEnds) {
  const auto repeated = [](std::size_t count, const std::string& item) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? "," : "") + item;
    return text + "]";
  };
  const std::string message = R"({"role":"user","content":"x"})";
  EXPECT_EQ(read(repeated(4096, message)).messages.size(), 4096U);
  EXPECT_EQ(error_of(body_of_messages(repeated(4097, message))).field, "messages");

  const std::string part = R"({"type":"text","text":""})";
  const auto with_parts = [&](std::size_t count) {
    return R"([{"role":"user","content":)" + repeated(count, part) + "}]";
  };
  EXPECT_EQ(read(with_parts(1024)).messages[0].content->size(), 1023U);
  EXPECT_EQ(error_of(body_of_messages(with_parts(4097))).field, "messages[0].content");

  const std::string call = R"({"id":"c","type":"function","function":{"name":"f"}})";
  const auto with_calls = [&](std::size_t count) {
    return R"([{"role":"assistant","tool_calls":)" + repeated(count, call) + "}]";
  };
  EXPECT_EQ(read(with_calls(128)).messages[0].tool_calls.size(), 128U);
  EXPECT_EQ(error_of(body_of_messages(with_calls(129))).field, "messages[0].tool_calls");

  const auto with_name = [&](std::size_t bytes) {
    return R"([{"role":"user","content":"x","name":")" + std::string(bytes, 'n') + R"("}])";
  };
  EXPECT_EQ(read(with_name(256)).messages[0].name.size(), 256U);
  EXPECT_EQ(error_of(body_of_messages(with_name(257))).field, "messages[0].name");
}

TEST(MessagesTest, ContentOfAnySizeAndAnyTextIsKeptWhole) {
  const std::string text =
      std::string(1 << 20, 'a') + "\xF0\x9F\x98\x80\"\\\n" + std::string(1, '\0');
  const std::string body =
      body_of_messages("[{\"role\":\"user\",\"content\":" + api::to_text(api::Json(text)) + "}]");
  const auto request = parse_chat_request(body);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(std::get<ChatPrompt>(request->generate.prompt).messages[0].content, text);
}

}  // namespace
}  // namespace pcai::openai
