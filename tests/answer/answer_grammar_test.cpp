#include "backend/answer/grammar/answer_grammar.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "backend/answer/grammar/lead_grammar.h"
#include "backend/answer/harmony.h"
#include "grammar/bytes.h"

namespace pcai::backend::answer {
namespace {

/// A vocabulary of bytes, with or without gpt-oss' marks as special tokens.
class AnswerGrammarTest : public ::testing::TestWithParam<bool> {
 protected:
  AnswerGrammarTest() {
    grammar::Vocabulary vocabulary = grammar::bytes::vocabulary();
    // Its end token has the name of one of the marks.
    vocabulary.tokens[grammar::bytes::kEnd].bytes = "<eos>";
    for (const std::string_view mark : harmony::kMarks) {
      if (!GetParam()) break;
      ids_[std::string(mark)] = static_cast<std::int32_t>(vocabulary.tokens.size());
      vocabulary.tokens.push_back({std::string(mark), true});
    }
    compiler_ = std::move(*grammar::GrammarCompiler::create(std::move(vocabulary)));
  }

  TokenOf token_of() const {
    return [this](std::string_view name) -> std::optional<std::int32_t> {
      const auto found = ids_.find(std::string(name));
      return found == ids_.end() ? std::nullopt : std::optional(found->second);
    };
  }

  grammar::GrammarMatcher compile(const AnswerFormat& format, const ToolOptions& tools,
                                  const std::optional<Grammar>& text = {}) {
    auto matcher = compile_answer(*compiler_, format, tools, text, token_of());
    if (!matcher) throw std::runtime_error(matcher.error().message);
    return *std::move(matcher->matcher);
  }

  /// Whether the answer may begin with the text, and whether it may end there.
  struct Taken {
    bool taken;
    bool may_end;
  };
  Taken take(grammar::GrammarMatcher matcher, std::string_view text) const {
    while (!text.empty()) {
      std::int32_t token = static_cast<unsigned char>(text.front());
      std::size_t length = 1;
      for (const auto& [name, id] : ids_) {
        if (!text.starts_with(name)) continue;
        token = id;
        length = name.size();
      }
      if (!matcher.allows(token)) return {false, false};
      matcher.accept(token);
      text.remove_prefix(length);
    }
    return {true, matcher.complete() || matcher.allows(grammar::bytes::kEnd)};
  }

  bool whole(const grammar::GrammarMatcher& matcher, std::string_view text) const {
    const Taken taken = take(matcher.clone(), text);
    return taken.taken && taken.may_end;
  }

  std::map<std::string, std::int32_t> ids_;
  std::unique_ptr<grammar::GrammarCompiler> compiler_;
};

INSTANTIATE_TEST_SUITE_P(MarksAreTokens, AnswerGrammarTest, ::testing::Bool());

const AnswerFormat kHarmony{.reasoning_begin = std::string(harmony::kReasoningBegin),
                            .reasoning_end = std::string(harmony::kEnd),
                            .has_calls = true,
                            .harmony = true};
const ToolOptions kTools{
    .definitions = {{"wave", "",
                     R"({"type":"object","properties":{"hand":{"enum":["left"]}},)"
                     R"("required":["hand"],"additionalProperties":false})"}}};

constexpr const char* kThought =
    "<|channel|>analysis<|message|>Which hand?<|end|><|start|>assistant";
constexpr const char* kCallOfWave =
    "<|channel|>commentary to=functions.wave <|constrain|>json<|message|>{\"hand\": \"left\"}";
constexpr const char* kFinal = "<|channel|>final<|message|>Hello";

TEST_P(AnswerGrammarTest, WithChannelsACallOrTheFinalTextMayFollowReasoning) {
  const auto matcher = compile(kHarmony, kTools);
  EXPECT_TRUE(whole(matcher, kFinal));
  EXPECT_TRUE(whole(matcher, kCallOfWave));
  EXPECT_TRUE(whole(matcher, std::string(kThought) + kThought + kFinal));
  EXPECT_TRUE(whole(matcher, std::string(kThought) + kCallOfWave));
  EXPECT_TRUE(
      whole(matcher, std::string(kThought) +
                         "<|channel|>commentary<|message|>I wave.<|end|><|start|>assistant" +
                         " to=functions.wave<|channel|>commentary json<|message|>{\"hand\": "
                         "\"left\"}"));
  EXPECT_FALSE(take(matcher.clone(), "Hello").taken);
  EXPECT_FALSE(take(matcher.clone(), "<|channel|>commentary to=functions.other").taken);
  EXPECT_FALSE(take(matcher.clone(),
                    std::string(kThought) + "<|channel|>commentary to=functions.wave<|message|>[")
                   .taken);
}

TEST_P(AnswerGrammarTest, WithChannelsARequiredCallMustCome) {
  ToolOptions tools = kTools;
  tools.choice = ToolChoice::Required;
  const auto matcher = compile(kHarmony, tools);
  EXPECT_TRUE(whole(matcher, std::string(kThought) + kCallOfWave));
  EXPECT_TRUE(whole(matcher, kCallOfWave));
  EXPECT_FALSE(take(matcher.clone(), "<|channel|>final").taken);
  EXPECT_FALSE(take(matcher.clone(), std::string(kThought) + "<|channel|>final").taken);
}

TEST_P(AnswerGrammarTest, WithChannelsASchemaAppliesToTheFinalTextAlone) {
  const Grammar yes{GrammarKind::JsonSchema, R"({"enum":["yes"]})"};
  for (const bool with_tools : {false, true}) {
    const auto matcher = compile(kHarmony, with_tools ? kTools : ToolOptions{}, yes);
    EXPECT_TRUE(whole(matcher, std::string(kThought) + "<|channel|>final<|message|>\"yes\""));
    EXPECT_TRUE(whole(matcher, "<|channel|>final <|constrain|>json<|message|>\"yes\""));
    EXPECT_FALSE(take(matcher.clone(), "<|channel|>final<|message|>\"no").taken);
    EXPECT_EQ(whole(matcher, kCallOfWave), with_tools);
  }
}

TEST_P(AnswerGrammarTest, WithChannelsAMessageThatThePromptHasBegunGoesOn) {
  AnswerFormat format = kHarmony;
  const Grammar yes{GrammarKind::JsonSchema, R"({"enum":["yes"]})"};
  format.begun = "<|channel|>final<|message|>";
  EXPECT_TRUE(whole(compile(format, {}, yes), "\"yes\""));
  format.begun = "<|channel|>analysis<|message|>They";
  EXPECT_TRUE(whole(compile(format, {}, yes),
                    " greet.<|end|><|start|>assistant<|channel|>final"
                    "<|message|>\"yes\""));
}

TEST_P(AnswerGrammarTest, AnAnswerIsLedByReasoningAndOneOfTheTexts) {
  const AnswerFormat format{.reasoning_begin = "<|start|>think\n", .reasoning_end = "<|end|>"};
  const std::string lark = lead_grammar(format, {"<|call|>{", "to=functions."}, token_of());
  auto matcher = compiler_->compile({GrammarKind::Lark, lark});
  ASSERT_TRUE(matcher) << matcher.error().message << lark;
  EXPECT_TRUE(whole(*matcher, "<|call|>{"));
  EXPECT_TRUE(whole(*matcher, "to=functions."));
  EXPECT_TRUE(whole(*matcher, "<|start|>think\nWhy not?<|end|>\n<|call|>{"));
  EXPECT_FALSE(take(matcher->clone(), "Hello").taken);
  EXPECT_FALSE(take(matcher->clone(), "<|start|>think\nWhy not?<|end|>Hello").taken);
}

}  // namespace
}  // namespace pcai::backend::answer
