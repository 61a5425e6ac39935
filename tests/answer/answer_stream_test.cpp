#include "backend/answer/answer_stream.h"

#include <gtest/gtest.h>

#include "backend/answer/make_reader.h"
#include "backend/recording_sink.h"

namespace pcai::backend::answer {
namespace {

struct Said {
  std::string text;
  Finished finished;
};

Said finish(AnswerStream& stream, RecordingSink& sink, FinishReason reason) {
  stream.finish(reason);
  const auto events = sink.wait();
  const Finished* const finished = finished_in(events);
  EXPECT_NE(finished, nullptr);
  return {text_of(events), finished != nullptr ? *finished : Finished{}};
}

TEST(AnswerStreamTest, HiddenNamesCompleteAStopSequenceAndAreNeverShown) {
  const auto sink = std::make_shared<RecordingSink>();
  AnswerStream stream({.stop_sequences = {"<|turn|>user"}}, {}, nullptr, sink);
  stream.hide({"<|turn|>"});
  EXPECT_FALSE(stream.add("Hi"));
  EXPECT_FALSE(stream.add("<|turn|>"));
  EXPECT_FALSE(stream.add("model says more"));
  EXPECT_FALSE(stream.add("<|turn|>"));
  EXPECT_TRUE(stream.add("user"));
  const Said said = finish(stream, *sink, FinishReason::Stop);
  EXPECT_EQ(said.text, "Himodel says more");
  EXPECT_EQ(said.finished.stop_sequence, "<|turn|>user");
}

TEST(AnswerStreamTest, AHiddenNameAtTheEndIsNotShownEither) {
  const auto sink = std::make_shared<RecordingSink>();
  AnswerStream stream({.stop_sequences = {"<|turn|>user"}}, {}, nullptr, sink);
  stream.hide({"<|turn|>"});
  stream.add("Hi");
  stream.add("<|turn|>");
  EXPECT_EQ(finish(stream, *sink, FinishReason::Length).text, "Hi");
}

TEST(AnswerStreamTest, ATokenThatEndsTheAnswerIsTheStopSequence) {
  const auto sink = std::make_shared<RecordingSink>();
  AnswerStream stream({.stop_sequences = {"<|turn|>"}}, {}, nullptr, sink);
  stream.add("Hi");
  stream.finish_at("<|turn|>");
  const auto events = sink->wait();
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_EQ(finished_in(events)->reason, FinishReason::Stop);
  EXPECT_EQ(finished_in(events)->stop_sequence, "<|turn|>");
  EXPECT_EQ(text_of(events), "Hi");
}

TEST(AnswerStreamTest, ACallThatIsCutSaysLength) {
  for (const bool harmony : {false, true}) {
    const auto sink = std::make_shared<RecordingSink>();
    AnswerStream stream({}, {}, make_reader({.has_calls = true, .harmony = harmony}), sink);
    stream.add(harmony ? "<|channel|>commentary to=functions.wave<|message|>{\"a\":"
                       : "<tool_call>\n{\"name\": \"wave\", \"arguments\": {\"a\":");
    EXPECT_EQ(finish(stream, *sink, FinishReason::Length).finished.reason, FinishReason::Length);
  }
}

}  // namespace
}  // namespace pcai::backend::answer
