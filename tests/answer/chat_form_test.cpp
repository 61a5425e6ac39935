#include "backend/answer/chat/chat_form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "backend/answer/chat/call_arguments.h"
#include "core/role_name.h"

namespace pcai::backend::answer {
namespace {

using ::testing::ElementsAre;

ChatMessage system(const char* text) {
  return {.role = Role::System, .content = text};
}
ChatMessage user(const char* text) {
  return {.role = Role::User, .content = text};
}
ChatMessage assistant(const char* text) {
  return {.role = Role::Assistant, .content = text};
}
ChatMessage called(std::vector<ToolCall> calls, const char* text = "") {
  return {.role = Role::Assistant, .content = text, .tool_calls = std::move(calls)};
}
ChatMessage result(const char* id, const char* text) {
  return {.role = Role::Tool, .content = text, .tool_call_id = id};
}

/// "user: a", and the ids and names of calls in brackets.
std::vector<std::string> formed(std::vector<ChatMessage> messages, const ChatForm& form) {
  std::vector<std::string> lines;
  for (const ChatMessage& message : in_form({.messages = std::move(messages)}, form).messages) {
    std::string line = std::string(role_name(message.role)) + ": " + message.content.value_or("");
    for (const ToolCall& call : message.tool_calls) line += "[" + call.id + call.arguments + "]";
    if (!message.tool_call_id.empty()) line += "<" + message.tool_call_id;
    lines.push_back(line);
  }
  return lines;
}

TEST(ChatFormTest, WithoutRewritingsAChatStaysAsItCame) {
  EXPECT_THAT(formed({system("s"), user("a"), user("b"), system("t"), assistant("c")}, {}),
              ElementsAre("system: s", "user: a", "user: b", "system: t", "assistant: c"));
}

TEST(ChatFormTest, TheFirstSystemMessagesBecomeOneAndALaterOneStaysAtItsPlaceAsTheUsers) {
  EXPECT_THAT(formed({system("s"), system("t"), user("a"), system("u"), assistant("b")},
                     {.one_system = true}),
              ElementsAre("system: s\n\nt", "user: a", "user: u", "assistant: b"));
  EXPECT_THAT(formed({user("a"), system("s")}, {.one_system = true}),
              ElementsAre("user: a", "user: s"));
}

TEST(ChatFormTest, WithoutASystemRoleItsTextBeginsTheFirstUsersMessage) {
  EXPECT_THAT(formed({system("s"), user("a"), assistant("b")}, {.no_system = true}),
              ElementsAre("user: s\n\na", "assistant: b"));
  EXPECT_THAT(formed({system("s"), assistant("b")}, {.no_system = true}),
              ElementsAre("user: s", "assistant: b"))
      << "it is never put into the assistant's mouth";
  EXPECT_THAT(formed({system("s")}, {.no_system = true}), ElementsAre("user: s"));
}

TEST(ChatFormTest, NeighboursOfOneRoleBecomeOneTurn) {
  EXPECT_THAT(formed({system("s"), user("a"), user("b"), assistant("c"), assistant("d"), user("")},
                     {.in_turns = true}),
              ElementsAre("system: s", "user: a\n\nb", "assistant: c\n\nd", "user: "));
}

TEST(ChatFormTest, AnAssistantThatBeginsAnswersAnEmptyMessage) {
  EXPECT_THAT(formed({assistant("a"), user("b")}, {.in_turns = true}),
              ElementsAre("user: ", "assistant: a", "user: b"));
  EXPECT_THAT(formed({system("s"), assistant("a")}, {.in_turns = true}),
              ElementsAre("system: s", "user: ", "assistant: a"));
}

TEST(ChatFormTest, AUserWhoSpeaksAfterAResultWaitsForAnEmptyAnswer) {
  EXPECT_THAT(formed({user("a"), called({{"1", "f", "{}"}}), result("1", "r"), user("b")},
                     {.in_turns = true}),
              ElementsAre("user: a", "assistant: [1{}]", "tool: r<1", "assistant: ", "user: b"));
  EXPECT_THAT(formed({user("a"), called({{"1", "f", "{}"}}), user("b")}, {.in_turns = true}),
              ElementsAre("user: a", "assistant: [1{}]", "assistant: ", "user: b"));
}

TEST(ChatFormTest, EachCallIsFollowedByItsOwnResult) {
  EXPECT_THAT(formed({user("a"), called({{"1", "f", "{}"}, {"2", "f", "{}"}}, "words"),
                      result("2", "second"), result("1", "first"), user("b")},
                     {.single_calls = true}),
              ElementsAre("user: a", "assistant: words", "assistant: [1{}]", "tool: first<1",
                          "assistant: [2{}]", "tool: second<2", "user: b"));
}

TEST(ChatFormTest, ResultsThatNoCallAsksForStay) {
  EXPECT_THAT(formed({called({{"1", "f", "{}"}}), result("8", "r"), result("9", "s")},
                     {.single_calls = true}),
              ElementsAre("assistant: [1{}]", "tool: r<8", "tool: s<9"));
}

TEST(ChatFormTest, IdsAreShortenedInTheirOrder) {
  EXPECT_THAT(
      formed({called({{"call_long", "f", "{}"}, {"abcDEF123", "f", "{}"}}),
              result("abcDEF123", "r"), result("call_long", "s"),
              called({{"c00000001", "f", "{}"}, {"toolu_2", "f", "{}"}, {"x", "f", "{}"}})},
             {.short_ids = true}),
      ElementsAre("assistant: [c00000000{}][abcDEF123{}]", "tool: r<abcDEF123", "tool: s<c00000000",
                  "assistant: [c00000001{}][c00000002{}][c00000003{}]"));
}

TEST(ChatFormTest, InOurWordsACallAndItsResultAreTurnsOfText) {
  const auto lines = formed(
      {user("a"), called({{"1", "f", R"({"x":1})"}}), result("1", "r"), system("later"), user("b")},
      {.in_our_words = true, .one_system = true, .in_turns = true});
  EXPECT_THAT(lines, ElementsAre("user: a",
                                 "assistant: <tool_call>\n{\"name\": \"f\", \"arguments\": "
                                 "{\"x\":1}}\n</tool_call>",
                                 "user: <tool_response>\nr\n</tool_response>\n\nlater\n\nb"));
}

TEST(ChatFormTest, ImagesKeepTheirPlacesWhenMessagesAreJoined) {
  const auto bytes = std::make_shared<const std::string>("png");
  ChatMessage second = user("see  there");
  second.media.push_back({.kind = MediaKind::Image, .bytes = bytes, .position = 4});
  const ChatPrompt chat =
      in_form({.messages = {user("first"), std::move(second)}}, {.in_turns = true});
  ASSERT_EQ(chat.messages.size(), 1U);
  EXPECT_EQ(chat.messages[0].content, "first\n\nsee  there");
  ASSERT_EQ(chat.messages[0].media.size(), 1U);
  EXPECT_EQ(chat.messages[0].media[0].position, 11U);
}

TEST(ChatFormTest, TheLastWordsStayTheLast) {
  const ChatPrompt chat =
      in_form({.messages = {assistant("a"), assistant("b")}, .continues = true},
              {.one_system = true, .no_system = true, .in_turns = true, .single_calls = true});
  ASSERT_EQ(chat.messages.size(), 2U);
  EXPECT_EQ(chat.messages[1].content, "a\n\nb");
  EXPECT_TRUE(chat.continues);
}

TEST(CallArgumentsTest, AnObjectStaysAsItIs) {
  EXPECT_EQ(as_object(R"( { "a" : 1 } )"), R"( { "a" : 1 } )");
}

TEST(CallArgumentsTest, NothingBecomesAnEmptyObject) {
  for (const char* nothing : {"", " \n", "null"}) EXPECT_EQ(as_object(nothing), "{}") << nothing;
}

TEST(CallArgumentsTest, ACutTextIsCompleted) {
  const std::vector<std::pair<const char*, const char*>> cuts = {
      {R"({"a": "lem)", R"({"a": "lem"})"},
      {R"({"a": "lem\)", R"({"a": "lem"})"},
      {R"({"a": "lem\u00)", R"({"a": "lem"})"},
      {R"({"a": [1, {"b": true},)", R"({"a": [1, {"b": true}]})"},
      {R"({"a": 1, )", R"({"a": 1})"},
      {R"({"a":)", R"({"a":null})"},
      {R"({"a)", R"({"a":null})"},
      {"{", "{}"}};
  for (const auto& [cut, whole] : cuts) EXPECT_EQ(as_object(cut), whole) << cut;
}

TEST(CallArgumentsTest, WhatIsNoObjectBecomesAMemberSoThatNoWordIsLost) {
  EXPECT_EQ(as_object("lemon"), R"({"arguments":"lemon"})");
  EXPECT_EQ(as_object("[1,2]"), R"({"arguments":[1,2]})");
  EXPECT_EQ(as_object(R"({"a": tru)"), R"({"arguments":"{\"a\": tru"})");
  EXPECT_EQ(as_object(R"("{\"a\":1}")"), R"({"a":1})") << "encoded twice";
}

TEST(CallArgumentsTest, BracketsWithoutEndAreKeptAsText) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(as_object(deep), R"({"arguments":")" + deep + "\"}");
  EXPECT_EQ(as_object("{\"a\":" + deep).substr(0, 14), R"({"arguments":")");
}

}  // namespace
}  // namespace pcai::backend::answer
