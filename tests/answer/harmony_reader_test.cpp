#include "backend/answer/harmony_reader.h"

#include <gtest/gtest.h>

#include "answer/read_answer.h"
#include "backend/answer/harmony.h"

namespace pcai::backend::answer {
namespace {

const AnswerFormat kTools{.has_calls = true, .harmony = true};
const AnswerFormat kNoTools{.harmony = true};

Answer read(const AnswerFormat& format, std::string_view text, std::size_t piece = 1) {
  HarmonyReader reader(format);
  return read_in_pieces(reader, text, piece);
}

constexpr const char* kThought = "<|channel|>analysis<|message|>They greet.<|end|>";
constexpr const char* kNext = "<|start|>assistant";
constexpr const char* kFinal = "<|channel|>final<|message|>Hello!";

TEST(HarmonyReaderTest, TheAnalysisIsReasoningAndTheFinalChannelIsText) {
  const Answer expected{.text = "Hello!", .reasoning = "They greet."};
  EXPECT_EQ(read(kTools, std::string(kThought) + kNext + kFinal), expected);
  EXPECT_EQ(read(kTools, std::string(kThought) + kNext + kFinal + "<|return|>"), expected);
  EXPECT_EQ(read(kNoTools, kFinal), (Answer{.text = "Hello!"}));
}

TEST(HarmonyReaderTest, AMessageToAFunctionIsACall) {
  const Answer expected{.calls = {{"wave", R"({"hand":"left"})"}}};
  for (const char* const header :
       {"<|channel|>commentary to=functions.wave <|constrain|>json<|message|>",
        "<|channel|>commentary to=functions.wave<|constrain|>json<|message|>",
        "<|channel|>commentary to=functions.wave json<|message|>",
        "<|channel|>analysis to=functions.wave <|message|>",
        " to=functions.wave<|channel|>commentary json<|message|>",
        " to=functions.wave<|channel|>commentary <|constrain|>json<|message|>",
        "<|channel|>commentary to=wave<|message|>"}) {
    SCOPED_TRACE(header);
    EXPECT_EQ(read(kTools, std::string(header) + R"({"hand":"left"})"), expected);
    EXPECT_EQ(read(kTools, std::string(header) + R"({"hand":"left"}<|call|>)"), expected);
  }
}

TEST(HarmonyReaderTest, ReasoningAndAPreambleMayComeBeforeACall) {
  EXPECT_EQ(
      read(kTools, std::string(kThought) + kNext +
                       "<|channel|>commentary<|message|>I will wave.<|end|>" + kNext +
                       "<|channel|>commentary to=functions.wave<|message|>{}<|call|>"),
      (Answer{.text = "I will wave.", .reasoning = "They greet.", .calls = {{"wave", "{}"}}}));
}

TEST(HarmonyReaderTest, MessagesOfOneKindAreJoinedByANewLine) {
  EXPECT_EQ(read(kTools, std::string(kThought) + kNext + kThought + kNext +
                             "<|channel|>commentary<|message|>One.<|end|>" + kNext + kFinal),
            (Answer{.text = "One.\nHello!", .reasoning = "They greet.\nThey greet."}));
}

TEST(HarmonyReaderTest, ACallEndsTheAnswer) {
  HarmonyReader reader(kTools);
  reader.add("<|channel|>commentary to=functions.wave<|message|>{}");
  EXPECT_FALSE(reader.called());
  reader.add("<|call|>");
  EXPECT_TRUE(reader.called());
  EXPECT_TRUE(reader.done());
  EXPECT_TRUE(reader.add("<|start|>assistant<|channel|>final<|message|>more").empty());
  EXPECT_TRUE(reader.finish().empty());
}

TEST(HarmonyReaderTest, ACallWithoutArgumentsHasAnEmptyObject) {
  EXPECT_EQ(read(kTools, "<|channel|>commentary to=functions.wave<|message|>"),
            (Answer{.calls = {{"wave", "{}"}}}));
}

TEST(HarmonyReaderTest, WithoutToolsNothingIsACall) {
  EXPECT_EQ(read(kNoTools, "<|channel|>commentary to=python<|message|>1 + 1<|call|>"),
            (Answer{.text = "1 + 1"}));
}

TEST(HarmonyReaderTest, AnAnswerWithoutAHeaderIsText) {
  EXPECT_EQ(read(kTools, "Hello <b>you</b>!"), (Answer{.text = "Hello <b>you</b>!"}));
  EXPECT_EQ(read(kTools, "tomorrow"), (Answer{.text = "tomorrow"}));
  EXPECT_EQ(read(kTools, std::string(kThought) + "Hello!"),
            (Answer{.text = "Hello!", .reasoning = "They greet."}));
}

TEST(HarmonyReaderTest, AHeaderWithoutAnEndIsTextWithoutItsMarks) {
  const std::string words(1000, 'x');
  EXPECT_EQ(read(kTools, "<|channel|>" + words), (Answer{.text = words}));
}

TEST(HarmonyReaderTest, AHeaderThatIsCutSaysNothing) {
  const std::string whole = std::string(kThought) + kNext + kFinal;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const Answer answer = read(kTools, whole.substr(0, length));
    EXPECT_TRUE(std::string("Hello!").starts_with(answer.text)) << answer.text;
    EXPECT_EQ(answer.reasoning.find("channel"), std::string::npos) << answer.reasoning;
  }
}

TEST(HarmonyReaderTest, AStrayChannelBeforeTheRightOneIsNoted) {
  EXPECT_EQ(
      read(kTools, std::string("<|channel|>commentary to=assistant") + kThought + kNext + kFinal),
      (Answer{.text = "Hello!", .reasoning = "They greet."}));
}

TEST(HarmonyReaderTest, AnAnswerThatThePromptHasBegunGoesOn) {
  AnswerFormat format = kTools;
  format.begun = harmony::begun_in("<|start|>assistant<|channel|>final<|message|>Hel");
  EXPECT_EQ(format.begun, "<|channel|>final<|message|>Hel");
  EXPECT_EQ(read(format, "lo!<|return|>"), (Answer{.text = "lo!"}));
  format.begun = "<|channel|>analysis<|message|>They";
  EXPECT_TRUE(HarmonyReader(format).reasons());
  EXPECT_EQ(read(format, std::string(" greet.<|end|>") + kNext + kFinal),
            (Answer{.text = "Hello!", .reasoning = " greet."}));
}

TEST(HarmonyReaderTest, CallsInOurWordsAreFoundInTheText) {
  AnswerFormat format = kTools;
  format.calls_in_text = true;
  EXPECT_EQ(read(format,
                 "<|channel|>final<|message|><tool_call>\n{\"name\": \"wave\", "
                 "\"arguments\": {}}\n</tool_call>"),
            (Answer{.calls = {{"wave", "{}"}}}));
}

TEST(HarmonyReaderTest, EveryWayToCutTheTextGivesTheSameAnswer) {
  const std::string text = std::string(kThought) + kNext +
                           "<|channel|>commentary<|message|>a < b <| c<|end|>" + kNext +
                           "<|channel|>commentary to=functions.wave <|constrain|>json<|message|>"
                           R"({"x":"<|"})";
  const Answer whole = read(kTools, text, text.size());
  EXPECT_EQ(whole.text, "a < b <| c");
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    EXPECT_EQ(read(kTools, text, piece), whole) << piece;
  }
}

TEST(HarmonyTest, TheFormatIsKnownByItsTokens) {
  EXPECT_TRUE(harmony::is_written_by("{{ '<|start|>assistant<|channel|>final<|message|>' }}"));
  EXPECT_FALSE(harmony::is_written_by("<|channel>thought"));
  EXPECT_FALSE(
      harmony::is_written_by("{# chat_format=llm-jp-harmony-v1 #}<|channel|> final<|message|>"));
}

}  // namespace
}  // namespace pcai::backend::answer
