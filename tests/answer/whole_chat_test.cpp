#include "backend/answer/chat/whole_chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "backend/answer/chat/prompt_proof.h"
#include "core/role_name.h"

namespace pcai::backend::answer {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// A template as code: "<user>text" for each message, "<assistant>" before an answer. Its habits
/// refuse a chat by a reason.
class Template {
 public:
  using Habit = std::function<std::string(const ChatPrompt&)>;
  explicit Template(Habit habit = {}) : habit_(std::move(habit)) {
    find_form(traits_, apply());
    asked_ = 0;
  }

  ApplyTemplate apply() {
    return [this](const ChatPrompt& chat, bool begins) -> Result<std::string> {
      ++asked_;
      const std::string reason = habit_ ? habit_(chat) : "";
      if (!reason.empty()) return fail(ErrorCode::InvalidRequest, reason, "messages");
      std::string prompt;
      for (const ChatMessage& message : chat.messages) {
        prompt += std::string("<") + role_name(message.role) + ">" + message.content.value_or("");
        for (const ToolCall& call : message.tool_calls) prompt += call.name + call.arguments;
        prompt += "<end>";
      }
      return begins ? prompt + "<assistant>" : prompt;
    };
  }

  Result<std::string> write(const ChatPrompt& chat) { return write_whole(traits_, chat, apply()); }
  const TemplateTraits& traits() const { return traits_; }
  int asked() const { return asked_; }

 private:
  Habit habit_;
  TemplateTraits traits_;
  int asked_ = 0;
};

ChatMessage say(Role role, const char* text) {
  return {.role = role, .content = text};
}

std::string only_the_first_may_be_system(const ChatPrompt& chat) {
  for (std::size_t i = 1; i < chat.messages.size(); ++i) {
    if (chat.messages[i].role == Role::System) return "only the first may be the system's";
  }
  return "";
}

std::string no_system(const ChatPrompt& chat) {
  return chat.messages.front().role == Role::System ? "no system role"
                                                    : only_the_first_may_be_system(chat);
}

std::string turns(const ChatPrompt& chat) {
  bool users = true;
  for (const ChatMessage& message : chat.messages) {
    if (message.role == Role::System) continue;
    if ((message.role == Role::User) != users) return "user and assistant must take turns";
    users = !users;
  }
  return "";
}

TEST(WholeChatTest, ATemplateThatTakesAllIsAskedOnce) {
  Template plain;
  EXPECT_EQ(plain.traits().form, ChatForm());
  const auto prompt = plain.write({.messages = {say(Role::System, "a"), say(Role::System, "b"),
                                                say(Role::User, "c"), say(Role::User, "d")}});
  ASSERT_TRUE(prompt);
  EXPECT_EQ(*prompt, "<system>a<end><system>b<end><user>c<end><user>d<end><assistant>");
  EXPECT_EQ(plain.asked(), 1);
}

TEST(WholeChatTest, WhatProbesFoundOutIsNotTriedAgain) {
  for (const auto& habit : {only_the_first_may_be_system, no_system, turns}) {
    Template strict(habit);
    const auto prompt =
        strict.write({.messages = {say(Role::System, "amber"), say(Role::System, "basil"),
                                   say(Role::User, "cedar"), say(Role::User, "dune"),
                                   say(Role::Assistant, "ember"), say(Role::System, "fjord"),
                                   say(Role::User, "grape")}});
    ASSERT_TRUE(prompt) << prompt.error().message;
    for (const char* word : {"amber", "basil", "cedar", "dune", "ember", "fjord", "grape"})
      EXPECT_THAT(*prompt, HasSubstr(word));
    EXPECT_LE(strict.asked(), 2);
  }
}

TEST(WholeChatTest, ATemplateWithoutSystemRoleGetsASystemMessageAloneAsTheUsers) {
  Template strict(no_system);
  const auto prompt = strict.write({.messages = {say(Role::System, "amber")}});
  ASSERT_TRUE(prompt);
  EXPECT_EQ(*prompt, "<user>amber<end><assistant>");
}

TEST(WholeChatTest, ARefusalOfEveryFormKeepsTheTemplatesReason) {
  Template stubborn([](const ChatPrompt&) { return "I refuse"; });
  const auto prompt = stubborn.write({.messages = {say(Role::User, "a")}});
  ASSERT_FALSE(prompt);
  EXPECT_EQ(prompt.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(prompt.error().message, HasSubstr("I refuse"));
}

TEST(WholeChatTest, NoMoreThanTenFormsAreTried) {
  Template stubborn([](const ChatPrompt&) { return "I refuse"; });
  ChatPrompt chat{.messages = {say(Role::System, "a"), say(Role::System, "b"),
                               say(Role::Assistant, "c"), say(Role::Assistant, "d")},
                  .tools = {.definitions = {{"wave"}}}};
  EXPECT_FALSE(stubborn.write(chat));
  EXPECT_LE(stubborn.asked(), 10);
}

TEST(WholeChatTest, WhatATemplateLeavesOutIsNamed) {
  TemplateTraits traits;
  const auto prompt = write_whole(
      traits, {.messages = {say(Role::User, "kept"), say(Role::User, "left out")}},
      ApplyTemplate([](const ChatPrompt&, bool) -> Result<std::string> { return "kept"; }));
  ASSERT_FALSE(prompt);
  EXPECT_EQ(prompt.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(prompt.error().field, "messages[1].content");
  EXPECT_THAT(prompt.error().message, HasSubstr("--chat-template"));
}

TEST(WholeChatTest, AFailureThatIsNotTheChatsIsNotTriedAgain) {
  int asked = 0;
  const auto prompt =
      write_whole(TemplateTraits(), {.messages = {say(Role::User, "a"), say(Role::User, "b")}},
                  ApplyTemplate([&](const ChatPrompt&, bool) -> Result<std::string> {
                    ++asked;
                    return fail(ErrorCode::Unsupported, "there is no template", "messages");
                  }));
  EXPECT_FALSE(prompt);
  EXPECT_EQ(asked, 1);
}

TEST(OpenTurnTest, ThePromptEndsWithTheLastWords) {
  Template plain;
  const auto prompt =
      plain.write({.messages = {say(Role::User, "Count."), say(Role::Assistant, "One, two, ")},
                   .continues = true});
  ASSERT_TRUE(prompt);
  EXPECT_EQ(*prompt, "<user>Count.<end><assistant>One, two, ");
}

TEST(OpenTurnTest, ALastMessageThatTheTemplateRefusesComesAfterTheBeginningOfAnAnswer) {
  Template strict([](const ChatPrompt& chat) {
    return chat.messages.back().role == Role::Assistant ? "the user must be last" : "";
  });
  const auto prompt = strict.write(
      {.messages = {say(Role::User, "Count."), say(Role::Assistant, "One")}, .continues = true});
  ASSERT_TRUE(prompt) << prompt.error().message;
  EXPECT_EQ(*prompt, "<user>Count.<end><assistant>One");
}

TEST(OpenTurnTest, SeveralMessagesOfTheAssistantAtTheEndAreOneWhereItMustBe) {
  Template strict(turns);
  const auto prompt =
      strict.write({.messages = {say(Role::User, "Count."), say(Role::Assistant, "One"),
                                 say(Role::Assistant, "Two")},
                    .continues = true});
  ASSERT_TRUE(prompt) << prompt.error().message;
  EXPECT_THAT(*prompt, EndsWith("Two"));
  EXPECT_THAT(*prompt, HasSubstr("One"));
}

TEST(OpenTurnTest, AnEmptyLastMessageIsATurnOfItsOwn) {
  Template plain;
  const auto prompt = plain.write(
      {.messages = {say(Role::User, "Count."), say(Role::Assistant, "")}, .continues = true});
  ASSERT_TRUE(prompt);
  EXPECT_EQ(*prompt, "<user>Count.<end><assistant>");
}

constexpr const char* kBegin = "<think>";
constexpr const char* kEnd = "</think>";

/// As models that reason have it: earlier reasoning is not written, the answer begins with it.
Result<std::string> thinking_template(const ChatPrompt& chat, bool begins) {
  std::string prompt;
  for (const ChatMessage& message : chat.messages) {
    prompt += std::string("<") + role_name(message.role) + ">" + message.content.value_or("") + "|";
  }
  return begins ? prompt + "<assistant><think>\n" : prompt;
}

TEST(OpenTurnTest, ReasoningIsGoneOnWithAfterItsMark) {
  const ChatPrompt chat{
      .messages = {say(Role::User, "Why?"), {.role = Role::Assistant, .reasoning = "Because"}},
      .continues = true};
  TemplateTraits traits{.reasoning_begin = kBegin, .reasoning_end = kEnd};
  const auto prompt = write_whole(traits, chat, ApplyTemplate(thinking_template));
  ASSERT_TRUE(prompt) << prompt.error().message;
  EXPECT_EQ(*prompt, "<user>Why?|<assistant><think>\nBecause");
  const AnswerFormat format = format_of_answer(traits, chat, *prompt);
  EXPECT_TRUE(format.begins_in_reasoning);
  EXPECT_TRUE(format.goes_on);
}

TEST(OpenTurnTest, ReasoningWithoutMarksCannotBeGoneOnWith) {
  Template plain;
  const auto prompt = plain.write(
      {.messages = {say(Role::User, "Why?"), {.role = Role::Assistant, .reasoning = "Because"}},
       .continues = true});
  ASSERT_FALSE(prompt);
  EXPECT_THAT(prompt.error().message, HasSubstr("writes no reasoning"));
}

TEST(OpenTurnTest, AnAnswerThatGoesOnFromWordsHasNoReasoning) {
  TemplateTraits traits{.reasoning_begin = kBegin, .reasoning_end = kEnd};
  ChatPrompt chat{.messages = {say(Role::User, "?"), say(Role::Assistant, "Yes,")},
                  .continues = true};
  EXPECT_TRUE(format_of_answer(traits, chat, "Yes,").plain());
  chat.messages.back().content = "<think>hm</think>Yes,";
  EXPECT_TRUE(format_of_answer(traits, chat, "Yes,").plain());
  chat.messages.back().content = "<think>hm";
  EXPECT_TRUE(format_of_answer(traits, chat, "hm").begins_in_reasoning);
}

TEST(PromptProofTest, TextsMayBeTrimmedIndentedOrEncoded) {
  const ChatPrompt chat{.messages = {say(Role::User, "  two\n  \"lines\"\n"),
                                     say(Role::Tool, "{\"grape\": [1, \"hazel\"]}")}};
  EXPECT_FALSE(find_lost(chat, "> two\n> \"lines\" {\"grape\": [1, \"hazel\"]}", ""));
  EXPECT_FALSE(find_lost(chat, R"("two\n  \"lines\"" and grape = 1, hazel)", ""));
  EXPECT_EQ(find_lost(chat, "two\n\"lines\" grape", ""), "messages[1].content");
}

TEST(PromptProofTest, MessagesOfTheSameTextMustAllBeThere) {
  const ChatPrompt chat{
      .messages = {say(Role::User, "go on"), say(Role::Assistant, "so"), say(Role::User, "go on")}};
  EXPECT_FALSE(find_lost(chat, "go on so go on", ""));
  EXPECT_EQ(find_lost(chat, "go on so", ""), "messages[2].content");
}

TEST(PromptProofTest, EarlierReasoningAndSwitchesMayBeMissing) {
  const ChatPrompt chat{
      .messages = {say(Role::User, "Hi /no_think"), say(Role::Assistant, "<think>a</think>Hello")}};
  EXPECT_FALSE(find_lost(chat, "Hi Hello", "</think>"));
  EXPECT_FALSE(find_lost(chat, "Hi Hello", "[/THINK]")) << "the usual mark counts everywhere";
  EXPECT_EQ(find_lost(chat, "Hi", "</think>"), "messages[1].content");
}

TEST(PromptProofTest, CallsAndToolsMustBeThere) {
  ChatPrompt chat{.messages = {{.role = Role::Assistant,
                                .tool_calls = {{"1", "wave", R"({"hand":"left","n":2})"}}}},
                  .tools = {.definitions = {{"wave"}, {"nod"}}}};
  EXPECT_EQ(find_lost(chat, "wave(hand=left) nod", ""), std::nullopt);
  EXPECT_EQ(find_lost(chat, "wave(hand=) nod", ""), "messages[0].tool_calls[0].arguments");
  EXPECT_EQ(find_lost(chat, "wave(hand=left)", ""), "tools[1].name");
}

}  // namespace
}  // namespace pcai::backend::answer
