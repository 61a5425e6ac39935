#include "backend/answer/prompt/prompt_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/answer/prompt/prompt_check.h"
#include "backend/answer/prompt/prompt_limit.h"

namespace pcai::backend::answer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Each byte is a token; 0 is a special one.
class ByteTokenizer final : public PromptTokenizer {
 public:
  Result<std::vector<std::int32_t>> tokenize(std::string_view text, bool, bool) const override {
    std::vector<std::int32_t> tokens;
    for (const char c : text) tokens.push_back(static_cast<unsigned char>(c));
    return tokens;
  }
  std::string detokenize(const std::vector<std::int32_t>& tokens) const override {
    std::string text;
    for (const std::int32_t token : tokens) text += name(token);
    return text;
  }
  std::string name(std::int32_t token) const override {
    return token == 0 ? "" : std::string(1, static_cast<char>(token));
  }
  bool has_special(std::string_view) const override { return false; }
  std::vector<std::string> special_names() const override { return {}; }
  grammar::Vocabulary vocabulary() const override { return {}; }
  std::int32_t size() const override { return 256; }
};

/// Writes a chat as its messages' texts.
class PlainCodec final : public PromptCodec {
 public:
  using PromptCodec::PromptCodec;

 private:
  Result<std::string> write(const ChatPrompt& chat) override {
    std::string text;
    for (const ChatMessage& message : chat.messages) text += message.content.value_or("");
    return text;
  }
  Result<std::uint32_t> count(const ChatPrompt& chat) override {
    return static_cast<std::uint32_t>(write(chat)->size());
  }
};

constexpr std::uint32_t kContext = 8;
const ByteTokenizer kTokenizer{};

ChatPrompt a_chat() {
  return {.messages = {{.role = Role::User, .content = "abc"}}};
}

TEST(PromptLimitTest, TheEndOfALongInputIsLeftOutButNotItsSeparator) {
  const auto cut = [](std::vector<std::int32_t> tokens) {
    EXPECT_TRUE(truncate(tokens, 3, kTokenizer));
    return tokens;
  };
  std::vector<std::int32_t> fits = {1, 2, 0};
  EXPECT_FALSE(truncate(fits, 3, kTokenizer));
  EXPECT_THAT(fits, ElementsAre(1, 2, 0));
  EXPECT_THAT(cut({1, 2, 3, 4}), ElementsAre(1, 2, 3));
  EXPECT_THAT(cut({1, 2, 3, 4, 0}), ElementsAre(1, 2, 0));
}

TEST(PromptLimitTest, TheBeginningOfALongTextEndsWithAWholeCharacter) {
  EXPECT_EQ(beginning("abc", 1), "abc");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\u20ac";  // three bytes
  const std::string_view begin = beginning(text, 4);
  EXPECT_LT(begin.size(), text.size());
  EXPECT_GE(begin.size(), 4U);
  EXPECT_EQ(begin.size() % 3, 0U);
}

TEST(PromptCodecTest, TextBecomesTokensAndTextAgain) {
  PlainCodec codec(kTokenizer, kContext);
  const auto tokens = codec.tokenize({.text = "ab", .pieces = true}, {});
  ASSERT_TRUE(tokens);
  EXPECT_THAT(tokens->ids, ElementsAre('a', 'b'));
  EXPECT_THAT(tokens->pieces, ElementsAre("a", "b"));
  EXPECT_EQ(codec.detokenize({.tokens = {'a', 'b'}}, {}).value(), "ab");
}

TEST(PromptCodecTest, ATokenOutsideTheVocabularyIsRefused) {
  PlainCodec codec(kTokenizer, kContext);
  for (const std::int32_t token : {-1, 256}) {
    const auto text = codec.detokenize({.tokens = {'a', token}}, {});
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().field, "tokens");
    EXPECT_THAT(text.error().message, HasSubstr("token " + std::to_string(token)));
  }
}

TEST(PromptCodecTest, FarMoreTextThanTheContextHoldsIsNotTokenized) {
  PlainCodec codec(kTokenizer, kContext);
  const std::string text(kContext * 16 + 1, 'x');
  EXPECT_EQ(codec.tokenize({.text = text}, {}).error().code, ErrorCode::ContextOverflow);
  EXPECT_EQ(codec.count_tokens({.prompt = TextPrompt{text}}, {}).error().field, "prompt");
  EXPECT_EQ(read_prompt(TextPrompt{text}, kTokenizer, kContext).error().code,
            ErrorCode::ContextOverflow);
}

TEST(PromptCodecTest, EveryKindOfPromptIsCountedButAGap) {
  PlainCodec codec(kTokenizer, kContext);
  EXPECT_EQ(codec.count_tokens({.prompt = a_chat()}, {}).value(), 3U);
  EXPECT_EQ(codec.count_tokens({.prompt = TextPrompt{"ab"}}, {}).value(), 2U);
  EXPECT_EQ(codec.count_tokens({.prompt = TokenPrompt{{1, 2, 3, 4}}}, {}).value(), 4U);
  EXPECT_EQ(codec.count_tokens({.prompt = InfillPrompt{"a", "b"}}, {}).error().code,
            ErrorCode::Unsupported);
  EXPECT_EQ(codec.apply_template({.chat = a_chat()}, {}).value(), "abc");
}

TEST(PromptCheckTest, APromptHasTokensOfTheVocabulary) {
  EXPECT_EQ(read_prompt(TextPrompt{""}, kTokenizer, kContext).error().code,
            ErrorCode::InvalidRequest);
  EXPECT_EQ(read_prompt(TokenPrompt{{300}}, kTokenizer).error().field, "prompt");
  EXPECT_THAT(read_prompt(TokenPrompt{{1, 2}}, kTokenizer).value(), ElementsAre(1, 2));
}

TEST(PromptCheckTest, WhatNoAnswerCanComeOfIsRefusedByName) {
  const BackendDescriptor backend = {.name = "plain"};
  ModelInfo model = {.id = "m", .vocabulary_size = 10};
  GenerateRequest request{.prompt = a_chat()};
  EXPECT_TRUE(check_answerable(request, model, backend));
  request.params.logit_bias = {{.token = 10, .bias = 1}};
  EXPECT_EQ(check_answerable(request, model, backend).error().field, "logit_bias");
  request.params.logit_bias.clear();
  request.params.seed = 1;
  EXPECT_EQ(check_answerable(request, model, backend).error().field, "seed");
  request.params.seed.reset();
  model.generates = false;
  EXPECT_THAT(check_answerable(request, model, backend).error().message,
              HasSubstr("cannot generate"));
}

}  // namespace
}  // namespace pcai::backend::answer
