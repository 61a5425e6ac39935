#include "app/chat/conversation.h"

#include <gtest/gtest.h>

namespace pcai::app {
namespace {

Conversation with_turns(int count, const std::string& system = "") {
  Conversation conversation(system);
  for (int i = 1; i <= count; ++i) {
    conversation.ask({.role = Role::User, .content = "question " + std::to_string(i)});
    conversation.answer("answer " + std::to_string(i));
  }
  return conversation;
}

std::string first_question(const Conversation& conversation) {
  for (const ChatMessage& message : conversation.messages()) {
    if (message.role == Role::User) return *message.content;
  }
  return "";
}

TEST(ConversationTest, TheOlderHalfIsDroppedAndTheSystemPromptStays) {
  Conversation conversation = with_turns(5, "be short");
  conversation.ask({.role = Role::User, .content = "open"});
  EXPECT_EQ(conversation.drop_older_half(), 3U);
  EXPECT_EQ(conversation.messages().front().role, Role::System);
  EXPECT_EQ(first_question(conversation), "question 4");
  EXPECT_EQ(conversation.messages().back().content, "open");
  EXPECT_EQ(conversation.drop_older_half(), 1U);
  EXPECT_EQ(conversation.drop_older_half(), 1U);
  EXPECT_EQ(conversation.drop_older_half(), 0U);
  EXPECT_EQ(first_question(conversation), "open");
}

TEST(ConversationTest, ASummaryIsOneTurnInPlaceOfTheOlderHalf) {
  Conversation conversation = with_turns(4);
  EXPECT_EQ(conversation.older_half().size(), 4U);
  conversation.summarise_older_half("they agreed");
  EXPECT_EQ(conversation.turns(), 3U);
  EXPECT_NE(first_question(conversation).find("they agreed"), std::string::npos);
}

TEST(ConversationTest, WhatIsSavedIsReadAgain) {
  const Conversation saved = with_turns(2, "be short");
  const auto read = Conversation::from_text(saved.text("m"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->text("m"), saved.text("m"));
}

TEST(ConversationTest, AQuestionWithoutAnAnswerIsNotContinued) {
  Conversation saved = with_turns(1);
  saved.ask({.role = Role::User, .content = "open"});
  EXPECT_EQ(Conversation::from_text(saved.text("m"))->turns(), 1U);
  EXPECT_EQ(Conversation::from_text(saved.text("m"))->messages().size(), 2U);
}

TEST(ConversationTest, WhatIsNoChatIsRefused) {
  for (const char* text :
       {"", "{}", "[1]", R"({"messages": 1})", R"({"messages": [1]})",
        R"({"messages": [{"role": "assistant", "content": "first"}]})",
        R"({"messages": [{"role": "user", "content": 1}]})",
        R"({"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]})"}) {
    EXPECT_FALSE(Conversation::from_text(text)) << text;
  }
}

}  // namespace
}  // namespace pcai::app
