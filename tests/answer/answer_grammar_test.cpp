#include "backend/answer/grammar/answer_grammar.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "backend/answer/grammar/lead_grammar.h"
#include "backend/answer/harmony.h"
#include "backend/answer/marked/family_marks.h"
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
    std::vector<std::string_view> marks(harmony::kMarks.begin(), harmony::kMarks.end());
    marks.insert(marks.end(),
                 {"<|tool_call>", "<tool_call|>", kGemmaQuote, "<|channel>", "<channel|>",
                  "<|open|>", "<|close|>", "<|sep|>", "<tool_call>", "</tool_call>"});
    for (const std::string_view mark : marks) {
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

TEST_P(AnswerGrammarTest, ANewLineBehindACallDoesNotObligeToAnother) {
  ToolOptions tools = kTools;
  tools.choice = ToolChoice::Required;
  const std::string call =
      "<tool_call>\n{\"name\": \"wave\", \"arguments\": {\"hand\": \"left\"}}\n</tool_call>";
  const auto matcher = compile({.has_calls = true}, tools);
  EXPECT_TRUE(whole(matcher, call));
  EXPECT_TRUE(whole(matcher, call + "\n"));
  EXPECT_TRUE(whole(matcher, call + "\n" + call));
  EXPECT_FALSE(take(matcher.clone(), call + "\nWell").taken);
  EXPECT_FALSE(whole(matcher, "\n"));
}

/// The format of a family, found by what a template's source has.
AnswerFormat family_format(const char* source) {
  AnswerFormat format{
      .has_calls = true, .family = find_family(source), .tools = kTools.definitions};
  format.reasoning_begin = format.family->reasoning_begin;
  format.reasoning_end = format.family->reasoning_end;
  return format;
}

struct FamilyCase {
  const char* source;
  const char* begun;
  const char* call;     // of wave
  const char* thought;  // "" = none
  const char* text;     // an answer without calls
};

const FamilyCase kFamilyCases[] = {
    {">>>all >>>${recipient}", ">>>", "wave\n{\"hand\": \"left\"}", "", "all\nHello"},
    {"<|tools_prefix|> <|inner_prefix|>", "",
     "<|tools_prefix|>[{\"wave\": {\"hand\": \"left\"}}]<|tools_suffix|>",
     "<|inner_prefix|>Why?<|inner_suffix|>", "Hello"},
    {"\"tool_name\": title of the tool <results>", "",
     "Action:\n```json\n[\n    {\n        \"tool_name\": \"wave\",\n        \"parameters\": "
     "{\"hand\": \"left\"}\n    }\n]\n```",
     "", "Hello"},
    {"<|tool_call:begin|> <|tool_call:args|>", "",
     "<|tool_calls|><|tool_call:begin|>a<|tool_call:name|>wave<|tool_call:args|>{\"hand\": "
     "\"left\"}<|tool_call:end|><|calls|>",
     "<|think|>Why?<|end|><|begin|>assistant", "<|content|>Hello"},
    {"<minimax:tool_call> <invoke name=\"", "",
     "<minimax:tool_call>\n<invoke name=\"wave\">\n<parameter name=\"hand\">left</parameter>\n"
     "</invoke>\n</minimax:tool_call>",
     "<think>Why?</think>\n\n", "Hello"},
    {"<function name=\" <param name=\"", "",
     "<function name=\"wave\"><param name=\"hand\">left</param></function>",
     "<think>\nWhy?\n</think>\n\n", "Hello"},
    {"open_tag('argument' open_tag('tools')", "",
     "<|open|>tools<|sep|><|open|>call tool=\"wave\" index=\"1\"<|sep|><|open|>argument "
     "key=\"hand\" "
     "type=\"string\"<|sep|>left<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>",
     "<|open|>think<|sep|>Why?<|close|>think<|sep|>", "<|open|>response<|sep|>Hello"},
    {"<|tool_call>call: <|channel>thought", "",
     "<|tool_call>call:wave{hand:<|\"|>left<|\"|>}<tool_call|>",
     "<|channel>thought\nWhy?\n<channel|>", "Hello"},
};

TEST_P(AnswerGrammarTest, EachFamilysCallsAreHeldToTheirSchema) {
  for (const FamilyCase& one : kFamilyCases) {
    SCOPED_TRACE(one.source);
    AnswerFormat format = family_format(one.source);
    format.begun = one.begun;
    ToolOptions tools = kTools;
    const std::string call = one.call;
    std::string other = call;
    other.replace(other.find("left"), 4, "none");
    std::string nameless = call;
    nameless.replace(nameless.find("hand"), 4, "foot");
    for (const bool required : {false, true}) {
      tools.choice = required ? ToolChoice::Required : ToolChoice::Auto;
      const auto matcher = compile(format, tools);
      EXPECT_TRUE(whole(matcher, call));
      EXPECT_TRUE(whole(matcher, one.thought + call));
      EXPECT_EQ(whole(matcher, one.text), !required);
      EXPECT_EQ(whole(matcher, std::string(one.thought) + one.text), !required);
      if (!required) continue;
      EXPECT_FALSE(take(matcher.clone(), other).taken);
      EXPECT_FALSE(take(matcher.clone(), nameless).taken);
      EXPECT_FALSE(take(matcher.clone(), "Hello").taken);
    }
  }
}

TEST_P(AnswerGrammarTest, AFamilysTextCanBeHeldToASchema) {
  const Grammar yes{GrammarKind::JsonSchema, R"({"enum":["yes"]})"};
  for (const FamilyCase& one : kFamilyCases) {
    SCOPED_TRACE(one.source);
    AnswerFormat format = family_format(one.source);
    format.begun = one.begun;
    std::string said = one.text;
    const std::size_t hello = said.find("Hello");
    for (const bool with_tools : {false, true}) {
      const auto matcher = compile(format, with_tools ? kTools : ToolOptions{}, yes);
      EXPECT_TRUE(whole(matcher, one.thought + said.substr(0, hello) + "\"yes\""));
      EXPECT_FALSE(take(matcher.clone(), said.substr(0, hello) + "\"no").taken);
      EXPECT_EQ(whole(matcher, one.call), with_tools);
    }
  }
}

TEST_P(AnswerGrammarTest, GemmasArgumentsMayBeNestedAndOptional) {
  const AnswerFormat format = family_format("<|tool_call>call: <|channel>thought");
  const ToolOptions tools{.definitions = {{"go", "", R"({"type": "object", "properties": {
          "b": {"type": "integer"}, "a": {"type": "array", "items": {"$ref": "#/$defs/p"}},
          "c": {"type": ["string", "null"]}, "d": {"anyOf": [{"type": "boolean"}, {"const": 7}]}},
          "required": ["b"], "additionalProperties": false,
          "$defs": {"p": {"type": "object", "properties": {"x": {"type": "number"},
                    "next": {"$ref": "#/$defs/p"}}, "required": ["x"],
                    "additionalProperties": false}}})"}},
                          .choice = ToolChoice::Required};
  const auto matcher = compile(format, tools);
  const auto takes = [&](const std::string& arguments) {
    return whole(matcher, "<|tool_call>call:go{" + arguments + "}<tool_call|>");
  };
  EXPECT_TRUE(takes("b:1"));
  EXPECT_TRUE(takes("a:[],b:-12,c:<|\"|>any {text}<|\"|>"));
  EXPECT_TRUE(takes("a:[{x:1.5},{next:{next:{x:0},x:2},x:3}],b:0,c:null,d:7"));
  EXPECT_TRUE(takes("b:1,d:true"));
  EXPECT_FALSE(takes(""));
  EXPECT_FALSE(takes("a:[]"));
  EXPECT_FALSE(takes("a:[{}],b:1"));
  EXPECT_FALSE(takes("b:1,"));
  EXPECT_FALSE(takes(",b:1"));
  EXPECT_FALSE(takes("b:<|\"|>1<|\"|>"));
  EXPECT_FALSE(takes("b:1,d:8"));
  EXPECT_FALSE(takes("b:1,e:1"));
}

}  // namespace
}  // namespace pcai::backend::answer
