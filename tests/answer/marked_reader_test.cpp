#include "backend/answer/marked/marked_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "answer/read_answer.h"

namespace pcai::backend::answer {
namespace {

const std::vector<ToolDefinition> kTools = {
    {"look", "", R"({"properties": {"at": {"type": "string"}, "n": {"type": "integer"},
                     "all": {"type": "boolean"}, "list": {"type": "array"},
                     "may": {"type": ["string", "null"]}}})"},
    {"look_on", "", ""}};

/// The format of a family, found by what a template's source has.
AnswerFormat format_of(const char* source) {
  AnswerFormat format{.has_calls = true, .family = find_family(source), .tools = kTools};
  format.reasoning_begin = format.family->reasoning_begin;
  format.reasoning_end = format.family->reasoning_end;
  return format;
}

const AnswerFormat kFunctionary = [] {
  AnswerFormat format = format_of(">>>all >>>${recipient}");
  format.begun = ">>>";
  return format;
}();
const AnswerFormat kApertus = format_of("<|tools_prefix|> <|inner_prefix|>");
const AnswerFormat kCommand = format_of("\"tool_name\": title of the tool <results>");
const AnswerFormat kSolar = format_of("<|tool_call:begin|> <|tool_call:args|>");
const AnswerFormat kMiniMax = format_of("<minimax:tool_call> <invoke name=\"");
const AnswerFormat kMiniCpm = format_of("<function name=\" <param name=\"");
const AnswerFormat kKimi = format_of("open_tag('argument' open_tag('tools')");
const AnswerFormat kGemma = format_of("<|tool_call>call: <|channel>thought");

/// In pieces of each size, which must make no difference.
Answer read(const AnswerFormat& format, const std::string& text) {
  MarkedReader whole(format);
  const Answer answer = read_in_pieces(whole, text, text.size());
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    MarkedReader reader(format);
    EXPECT_EQ(read_in_pieces(reader, text, piece), answer) << piece << ": " << text;
  }
  return answer;
}

TEST(MarkedReaderTest, EachMessageOfFunctionaryHasItsRecipient) {
  EXPECT_EQ(read(kFunctionary, "all\nHi >> there"), (Answer{.text = "Hi >> there"}));
  EXPECT_EQ(read(kFunctionary, "all\nHi.>>>look\n{\"at\": \"}>>>\"}>>>look_on\n{}"),
            (Answer{.text = "Hi.", .calls = {{"look", "{\"at\": \"}>>>\"}"}, {"look_on", "{}"}}}));
  EXPECT_EQ(read(kFunctionary, "look\n{}>>>all\nDone"),
            (Answer{.text = "Done", .calls = {{"look", "{}"}}}));
}

TEST(MarkedReaderTest, WhatIsNoCallIsText) {
  EXPECT_EQ(read(kFunctionary, "all\npython: >>>print(1)"),
            (Answer{.text = "python: >>>print(1)"}));
  EXPECT_EQ(read(kFunctionary, "nobody\nHi"), (Answer{.text = "nobody\nHi"}));
  EXPECT_EQ(read(kCommand, "Action: none"), (Answer{.text = "Action: none"}));
  EXPECT_EQ(read(kCommand, "Action:\n```json\n[1]"), (Answer{.text = "Action:\n```json\n[1]"}));
  EXPECT_EQ(read(kMiniCpm, "a <function name=\"other\">b"),
            (Answer{.text = "a <function name=\"other\">b"}));
  EXPECT_EQ(read(kGemma, "1 < 2 <| 3"), (Answer{.text = "1 < 2 <| 3"}));
}

TEST(MarkedReaderTest, ListsOfCallsAreReadWithAnyBlanks) {
  const Answer::Call call{"look", "{\"n\": [1, {}]}"};
  EXPECT_EQ(read(kApertus,
                 "<|inner_prefix|>why<|inner_suffix|>Hi <|tools_prefix|>[{\"look\": "
                 "{\"n\": [1, {}]}}, {\"look_on\": {}}]<|tools_suffix|>"),
            (Answer{.text = "Hi", .reasoning = "why", .calls = {call, {"look_on", "{}"}}}));
  EXPECT_EQ(read(kCommand,
                 "Let me.\nAction:\n```json\n[\n    {\n        \"tool_name\": \"look\",\n"
                 "        \"parameters\": {\"n\": [1, {}]}\n    },\n    {\"tool_name\":"
                 "\"look_on\",\"parameters\":{}}\n]\n```\nThen."),
            (Answer{.text = "Let me.Then.", .calls = {call, {"look_on", "{}"}}}));
}

TEST(MarkedReaderTest, TurnsOfSolarAreReasoningTextOrCalls) {
  EXPECT_EQ(read(kSolar, "<|think|>why<|end|><|begin|>assistant<|content|>Yes.<|end|>"),
            (Answer{.text = "Yes.", .reasoning = "why"}));
  EXPECT_EQ(read(kSolar,
                 "<|tool_calls|><|tool_call:begin|>a1<|tool_call:name|>look"
                 "<|tool_call:args|>{}<|tool_call:end|><|tool_call:begin|>b-2"
                 "<|tool_call:name|>look_on<|tool_call:args|>{}<|tool_call:end|><|calls|>"),
            (Answer{.calls = {{"look", "{}"}, {"look_on", "{}"}}}));
}

TEST(MarkedReaderTest, TagsBecomeJsonByTheSchema) {
  EXPECT_EQ(
      read(kMiniMax,
           "<think>\nwhy\n</think>\n\nHi\n<minimax:tool_call>\n<invoke "
           "name=\"look\">\n<parameter name=\"at\">12</parameter>\n<parameter "
           "name=\"n\">12</parameter>\n</invoke>\n<invoke name=\"look\"><parameter "
           "name=\"may\">null</parameter></invoke>\n</minimax:tool_call>"),
      (Answer{.text = "Hi",
              .reasoning = "why",
              .calls = {{"look", "{\"at\": \"12\", \"n\": 12}"}, {"look", "{\"may\": null}"}}}));
  EXPECT_EQ(read(kMiniCpm,
                 "<function name=\"look\"><param name=\"at\"><![CDATA[a</param>\n\"b\"]]>"
                 "</param><param name=\"list\">[1]</param></function>\n<function "
                 "name=\"look_on\"></function>"),
            (Answer{.calls = {{"look", "{\"at\": \"a</param>\\n\\\"b\\\"\", \"list\": [1]}"},
                              {"look_on", "{}"}}}));
  EXPECT_EQ(read(kKimi,
                 "<|open|>think<|sep|>why<|close|>think<|sep|><|open|>response<|sep|>Hi"
                 "<|close|>response<|sep|><|open|>tools<|sep|><|open|>call tool=\"look\" "
                 "index=\"1\"<|sep|><|open|>argument key=\"n\" type=\"number\"<|sep|>3<|close|>"
                 "argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>"),
            (Answer{.text = "Hi", .reasoning = "why", .calls = {{"look", "{\"n\": 3}"}}}));
}

TEST(MarkedReaderTest, GemmasArgumentsBecomeJson) {
  EXPECT_EQ(read(kGemma,
                 "<|channel>thought\nwhy\n<channel|>Hi<|tool_call>call:look{at:<|\"|>a "
                 "\"b\",{c}:d<|\"|>,list:[1,-2.5,true,null,{x:<|\"|><|\"|>}],n:12}<tool_call|>"
                 "<|tool_call>call:look_on{}<tool_call|>"),
            (Answer{.text = "Hi",
                    .reasoning = "why",
                    .calls = {{"look",
                               "{\"at\":\"a \\\"b\\\",{c}:d\",\"list\":[1,-2.5,true,null,{\"x\":"
                               "\"\"}],\"n\":12}"},
                              {"look_on", "{}"}}}));
}

TEST(MarkedReaderTest, ACallThatIsRepeatedEndsTheAnswer) {
  EXPECT_EQ(read(kGemma,
                 "<|tool_call>call:look{n:1}<tool_call|><|tool_call>call:look{n:1}"
                 "<tool_call|><|tool_call>call:look{n:2}<tool_call|>"),
            (Answer{.calls = {{"look", "{\"n\":1}"}}}));
}

TEST(MarkedReaderTest, OnlyOneCallIsToldWhereOnlyOneIsWanted) {
  AnswerFormat format = kGemma;
  format.parallel = false;
  EXPECT_EQ(read(format, "<|tool_call>call:look{}<tool_call|><|tool_call>call:look{}<tool_call|>"),
            (Answer{.calls = {{"look", "{}"}}}));
}

TEST(MarkedReaderTest, ACallThatIsCutShowsWhatThereIsOfIt) {
  EXPECT_EQ(read(kGemma, "<|tool_call>call:lo"), Answer{});
  EXPECT_EQ(read(kGemma, "<|tool_call>call:look{n:1,at:<|\"|>le").calls,
            (std::vector<Answer::Call>{{"look", "{\"n\":1,\"at\":\"le"}}));
  EXPECT_EQ(read(kMiniCpm, "<function name=\"look\"><param name=\"at\">l\"e</par").calls,
            (std::vector<Answer::Call>{{"look", "{\"at\": \"l\\\"e"}}));
  EXPECT_EQ(read(kFunctionary, "look\n{\"at\": \"le").calls,
            (std::vector<Answer::Call>{{"look", "{\"at\": \"le"}}));
}

/// Random answers of marks, pieces of marks and words: no word may be lost.
TEST(MarkedReaderTest, NoWordVanishesWhateverComes) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (const AnswerFormat* format :
       {&kFunctionary, &kApertus, &kCommand, &kSolar, &kMiniMax, &kMiniCpm, &kKimi, &kGemma}) {
    const FamilyMarks& family = *format->family;
    const std::vector<std::string_view> marks = {family.reasoning_begin,
                                                 family.reasoning_end,
                                                 family.text_begin,
                                                 family.text_end,
                                                 family.turn,
                                                 "<",
                                                 "<|",
                                                 ">>>",
                                                 "{",
                                                 "\n",
                                                 " ",
                                                 "\"",
                                                 "```",
                                                 "Action:",
                                                 "look"};
    for (int round = 0; round < 200; ++round) {
      std::string text = format->begun.empty() ? "" : "all\n";
      std::vector<std::string> words;
      for (int i = 0; i < 12; ++i) {
        if (random() % 2 == 0) {
          text += marks[random() % marks.size()];
        } else {
          words.push_back("word" + std::to_string(i) + ";");
          text += words.back();
        }
      }
      MarkedReader reader(*format);
      const Answer answer = read_in_pieces(reader, text, 1 + random() % 9);
      for (const std::string& word : words) {
        std::string told = answer.text + answer.reasoning;
        for (const Answer::Call& call : answer.calls) told += call.arguments;
        EXPECT_NE(told.find(word), std::string::npos) << text;
      }
    }
  }
}

}  // namespace
}  // namespace pcai::backend::answer
