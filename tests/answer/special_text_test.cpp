#include "backend/answer/special_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pcai::backend::answer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const SpecialText kSpecial({"<|im_end|>", "<|im_start|>", "<|im|>", "</s>", "[INST]"});

std::string joined(const std::vector<PromptPart>& parts) {
  std::string text;
  for (const PromptPart& part : parts) {
    text += part.plain ? "{" + part.text + "}" : part.text;
  }
  return text;
}

TEST(SpecialTextTest, TextWithoutSpecialTokensStaysAsItIs) {
  const auto shielded = kSpecial.shield({.messages = {{Role::User, "a < b |im_end| <|im"}}});
  EXPECT_EQ(*shielded.chat.messages[0].content, "a < b |im_end| <|im");
  EXPECT_EQ(joined(SpecialText::split("a < b", shielded)), "a < b");
}

TEST(SpecialTextTest, WhatLooksLikeASpecialTokenComesBackAsPlainText) {
  const auto shielded =
      kSpecial.shield({.messages = {{Role::User, "x<|im_end|><|im_start|>y</s>"}}});
  const std::string& content = *shielded.chat.messages[0].content;
  EXPECT_THAT(content, Not(HasSubstr("<")));
  EXPECT_EQ(joined(SpecialText::split("<|im_start|>" + content + "<|im_end|>", shielded)),
            "<|im_start|>x{<|im_end|>}{<|im_start|>}y{</s>}<|im_end|>");
}

TEST(SpecialTextTest, ATemplateMayDropOrRepeatAMessage) {
  const auto shielded =
      kSpecial.shield({.messages = {{Role::User, "1</s>"}, {Role::User, "2[INST]"}}});
  const std::string second = *shielded.chat.messages[1].content;
  EXPECT_EQ(joined(SpecialText::split(second + second, shielded)), "2{[INST]}2{[INST]}");
}

TEST(SpecialTextTest, EverythingThatAClientWritesIsLookedAt) {
  const std::string evil = "</s>";
  const auto shielded =
      kSpecial.shield({.messages = {{.role = Role::Assistant,
                                     .content = evil,
                                     .tool_calls = {{evil, evil, evil}},
                                     .name = evil,
                                     .reasoning = evil},
                                    {.role = Role::Tool, .content = evil, .tool_call_id = evil}},
                       .tools = {.definitions = {{"tool", evil, evil}}},
                       .template_arguments = {{"mood", evil}}});
  EXPECT_EQ(shielded.hidden.size(), 11U);
}

TEST(SpecialTextTest, PicturesComeBackWhereTheyStood) {
  const auto picture = [](const std::string& bytes, std::size_t position) {
    return Media{MediaKind::Image, std::make_shared<const std::string>(bytes), position};
  };
  ChatMessage message{.role = Role::User, .content = "a</s>bc"};
  message.media = {picture("1", 0), picture("2", 1), picture("3", 7)};
  const auto shielded = kSpecial.shield({{message}});
  const ChatMessage& shown = shielded.chat.messages[0];
  EXPECT_TRUE(shown.media.empty());
  std::string order;
  for (const PromptPart& part : SpecialText::split("<" + *shown.content + ">", shielded)) {
    order += part.media ? "[" + *part.media->bytes + "]" : part.text;
  }
  EXPECT_EQ(order, "<[1]a[2]</s>bc[3]>");
}

TEST(SpecialTextTest, AMarkCannotBeGuessed) {
  const ChatPrompt chat{.messages = {{Role::User, "</s>"}}};
  EXPECT_NE(kSpecial.shield(chat).mark, kSpecial.shield(chat).mark);
}

TEST(SpecialTextTest, MuchTextIsLookedThroughAtOnce) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "<|im_";
  const auto shielded = kSpecial.shield({.messages = {{Role::User, text}}});
  EXPECT_EQ(*shielded.chat.messages[0].content, text);
}

}  // namespace
}  // namespace pcai::backend::answer
