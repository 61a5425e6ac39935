#include "backend/answer/answer_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "answer/read_answer.h"

namespace pcai::backend::answer {
namespace {

Answer parse(const AnswerFormat& format, std::string_view text) {
  AnswerParser parser(format);
  return read_in_pieces(parser, text, std::max<std::size_t>(text.size(), 1));
}

const AnswerFormat kCalls{.has_calls = true};
const AnswerFormat kThinks{.reasoning_begin = "<think>", .reasoning_end = "</think>"};
const AnswerFormat kInside{
    .reasoning_begin = "<think>", .reasoning_end = "</think>", .begins_in_reasoning = true};
const AnswerFormat kBoth{
    .reasoning_begin = "<think>", .reasoning_end = "</think>", .has_calls = true};

std::string call_text(const std::string& name, const std::string& arguments) {
  return "<tool_call>\n{\"name\": \"" + name + "\", \"arguments\": " + arguments +
         "}\n</tool_call>";
}

TEST(AnswerParserTest, TextStaysAsItIs) {
  EXPECT_EQ(parse(kCalls, " a < b \n"), (Answer{.text = " a < b \n"}));
  EXPECT_EQ(parse(kThinks, " a <thin b \n"), (Answer{.text = " a <thin b \n"}));
}

TEST(AnswerParserTest, CallsAreTakenOutOfTheText) {
  const std::string nested = R"({"a": {"b": [1, "}\"]"]}})";
  EXPECT_EQ(parse(kCalls, "Let me look.\n" + call_text("look", nested)),
            (Answer{.text = "Let me look.", .calls = {{"look", nested}}}));
  EXPECT_EQ(parse(kCalls, call_text("a", "{}") + "\n" + call_text("b", "{}") + "\n"),
            (Answer{.calls = {{"a", "{}"}, {"b", "{}"}}}));
}

TEST(AnswerParserTest, ReasoningIsSetApart) {
  EXPECT_EQ(parse(kThinks, "<think>\nwhy not\n</think>\n\nYes."),
            (Answer{.text = "Yes.", .reasoning = "why not"}));
  EXPECT_EQ(parse(kInside, "\nwhy not</think>Yes."),
            (Answer{.text = "Yes.", .reasoning = "why not"}));
  EXPECT_EQ(parse(kInside, "never done"), (Answer{.reasoning = "never done"}));
  EXPECT_EQ(parse(kBoth, "<think>use it</think>\n" + call_text("it", "{\"x\": 1}")),
            (Answer{.reasoning = "use it", .calls = {{"it", "{\"x\": 1}"}}}));
}

TEST(AnswerParserTest, ACallThatIsCutShowsWhatThereIsOfIt) {
  AnswerParser parser(kCalls);
  Answer answer;
  const std::string whole = call_text("look", "{\"a\": \"long\"}");
  join(answer, parser.add(whole.substr(0, whole.find("ng\""))));
  join(answer, parser.finish());
  EXPECT_EQ(answer, (Answer{.calls = {{"look", "{\"a\": \"lo"}}}));
  EXPECT_FALSE(parser.called());
}

TEST(AnswerParserTest, WhatOnlyLooksLikeACallIsText) {
  EXPECT_EQ(parse(kCalls, "<tool_call> is a mark"), (Answer{.text = "<tool_call> is a mark"}));
  EXPECT_EQ(parse(kCalls, "<tool_call>\n{\"name\": \"x\", \"wrong\": 1}"),
            (Answer{.text = "<tool_call>\n{\"name\": \"x\", \"wrong\": 1}"}));
}

TEST(AnswerParserTest, OnlyACompleteCallCounts) {
  AnswerParser parser(kCalls);
  parser.add("<tool_call>\n{\"name\": \"x\", \"arguments\": {");
  EXPECT_FALSE(parser.called());
  parser.add("}");
  EXPECT_TRUE(parser.called());
}

TEST(AnswerParserTest, ACallThatWasMadeBeforeEndsTheAnswer) {
  const std::string one = call_text("look", R"({"at": "a"})");
  const std::string other = call_text("look", R"({"at": "b"})");
  const Answer both{.calls = {{"look", R"({"at": "a"})"}, {"look", R"({"at": "b"})"}}};
  AnswerParser parser(kCalls);
  Answer answer;
  join(answer, parser.add(one + "\n" + other));
  EXPECT_EQ(answer, both);
  EXPECT_FALSE(parser.done());
  join(answer, parser.add("\n" + one + "\n" + call_text("look", "{}")));
  EXPECT_TRUE(parser.done());
  join(answer, parser.finish());
  EXPECT_EQ(answer, both);
  EXPECT_TRUE(parser.called());
}

TEST(AnswerParserTest, ACallThatBeginsLikeAnEarlierOneIsTold) {
  const std::string text = call_text("look", R"({"at": "a"})") + "\n" +
                           call_text("lo", R"({"at": "a"})") + "\n" +
                           call_text("look", R"({"at": "ab"})");
  EXPECT_EQ(parse(kCalls, text).calls.size(), 3U);
  const Answer cut = parse(kCalls, text.substr(0, text.size() - 16));
  EXPECT_EQ(cut.calls.size(), 3U);
}

TEST(AnswerParserTest, EveryWayToCutTheTextGivesTheSameAnswer) {
  const std::vector<std::string> pieces = {"<think>",
                                           "</think>",
                                           "<tool_call>",
                                           "</tool_call>",
                                           "\n",
                                           " ",
                                           "a<",
                                           "<t",
                                           "Yes.",
                                           "\"",
                                           call_text("look", "{\"q\": \"a \\\"b\\\" }\"}"),
                                           call_text("b", "{}"),
                                           call_text("look", "{\"q\": \"a \\\"b\\\" ]\"}"),
                                           "{",
                                           "}",
                                           "grüße"};
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned i = random() % 8; i > 0; --i) text += pieces[random() % pieces.size()];
    for (const AnswerFormat& format : {kCalls, kThinks, kInside, kBoth}) {
      AnswerParser parser(format);
      Answer answer;
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = 1 + random() % 7;
        join(answer, parser.add(std::string_view(text).substr(at, length)));
        at += length;
      }
      join(answer, parser.finish());
      ASSERT_EQ(answer, parse(format, text)) << text;
    }
  }
}

}  // namespace
}  // namespace pcai::backend::answer
