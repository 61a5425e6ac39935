#include "openai/completions/completion_response.h"

#include <gtest/gtest.h>

#include <random>

#include "bodies.h"
#include "events.h"

namespace pcai::openai {
namespace {

CompletionResponseHead head() {
  return {.id = "cmpl-1", .created = 1'700'000'000, .model = "m"};
}

TEST(CompletionResponseTest, AnAnswerHasTheOlderShape) {
  CompletionResponseBuilder builder(head());
  builder.add(0, Accepted{});
  builder.add(0, TextDelta{"upon "});
  builder.add(0, TextDelta{"a time"});
  EXPECT_FALSE(builder.done());
  builder.add(0, finished(FinishReason::Length, {3, 1, 2, 0}));
  ASSERT_TRUE(builder.done());
  const api::Json body = api::Json::parse(builder.json());
  EXPECT_EQ(body["id"], "cmpl-1");
  EXPECT_EQ(body["object"], "text_completion");
  EXPECT_EQ(body["choices"].dump(),
            R"([{"text":"upon a time","index":0,"logprobs":null,"finish_reason":"length"}])");
  EXPECT_EQ(body["usage"]["total_tokens"], 5);
}

TEST(CompletionResponseTest, PromptsComeInOrderEachWithItsAnswersAndItsEcho) {
  CompletionResponseHead two = head();
  two.prompts = two.n = two.best_of = 2;
  two.echoes = {"P", "Q"};
  CompletionResponseBuilder builder(two);
  for (std::uint32_t i : {3U, 1U, 0U, 2U}) {
    builder.add(i, TextDelta{std::to_string(i)});
    builder.add(i, finished(FinishReason::Stop, {i < 2 ? 5U : 7U, 0, 1, 0}));
  }
  const api::Json body = api::Json::parse(builder.json());
  const std::vector<std::string> texts = {"P0", "P1", "Q2", "Q3"};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(body["choices"][i]["text"], texts[i]);
    EXPECT_EQ(body["choices"][i]["index"], i);
  }
  EXPECT_EQ(body["usage"]["prompt_tokens"], 12) << "each prompt counts once";
  EXPECT_EQ(body["usage"]["completion_tokens"], 4);
}

TEST(CompletionResponseTest, TheLikeliestATokenAreTheBest) {
  CompletionResponseHead best = head();
  best.best_of = 3;
  best.n = 2;
  CompletionResponseBuilder builder(best);
  builder.add(0, TextDelta{"short and unlikely", {token("a", -3)}});
  builder.add(1, TextDelta{"long", {token("a", -1), token("b", -1), token("c", -1.5F)}});
  builder.add(2, TextDelta{"sure", {token("a", -0.5F)}});
  for (std::uint32_t i = 0; i < 3; ++i) builder.add(i, finished(FinishReason::Stop, {2, 0, 1, 0}));
  const api::Json body = api::Json::parse(builder.json());
  ASSERT_EQ(body["choices"].size(), 2U);
  EXPECT_EQ(body["choices"][0]["text"], "sure");
  EXPECT_EQ(body["choices"][1]["text"], "long");
  EXPECT_TRUE(body["choices"][0]["logprobs"].is_null());
  EXPECT_EQ(body["usage"]["completion_tokens"], 3) << "those not chosen were generated, too";
}

TEST(CompletionResponseTest, LogprobsAreFourListsWithOffsetsInCodePoints) {
  CompletionResponseHead with = head();
  with.logprobs = true;
  CompletionResponseBuilder builder(with);
  builder.add(
      0, TextDelta{"\xC3\xA9", {token("\xC3\xA9", -0.5F, {{1, "\xC3\xA9", -0.5F}, {2, "b", -1}})}});
  builder.add(0, TextDelta{"", {token("\xE2\x82", -1)}});
  builder.add(0, TextDelta{"\xE2\x82\xAC", {token("\xAC", -2, {{3, "x", -0.25F}})}});
  builder.add(0, finished());
  EXPECT_EQ(api::Json::parse(builder.json())["choices"][0]["logprobs"].dump(),
            "{\"tokens\":[\"\xC3\xA9\",\"bytes:\\\\xe2\\\\x82\",\"bytes:\\\\xac\"],"
            "\"token_logprobs\":[-0.5,-1,-2],"
            "\"top_logprobs\":[{\"\xC3\xA9\":-0.5,\"b\":-1},null,"
            "{\"x\":-0.25,\"bytes:\\\\xac\":-2}],"
            "\"text_offset\":[0,1,2]}");
}

TEST(CompletionResponseTest, AFailureIsTheError) {
  CompletionResponseBuilder builder(head());
  builder.add(0, Failed{{ErrorCode::WorkerDied, "gone"}, {}, {}});
  ASSERT_TRUE(builder.error());
  EXPECT_EQ(builder.error()->message, "gone");
}

TEST(CompletionStreamTest, ChunksHaveTheShapeOfTheWhole) {
  CompletionResponseHead stream = head();
  stream.echoes = {"Once "};
  stream.include_usage = true;
  stream.warnings = {"user has no effect here"};
  CompletionStreamWriter writer(stream);
  std::string frames = writer.open();
  frames += writer.add(0, Accepted{});
  frames += writer.add(0, TextDelta{"a"});
  frames += writer.add(0, finished(FinishReason::Stop, {4, 0, 1, 0}));
  const auto data = data_of(frames);
  ASSERT_EQ(data.size(), 5U);
  EXPECT_EQ(api::Json::parse(data[0])["choices"][0]["text"], "Once ");
  EXPECT_EQ(api::Json::parse(data[0])["warnings"][0], "user has no effect here");
  EXPECT_EQ(api::Json::parse(data[1])["choices"].dump(),
            R"([{"text":"a","index":0,"logprobs":null,"finish_reason":null}])");
  EXPECT_EQ(api::Json::parse(data[1])["object"], "text_completion");
  EXPECT_EQ(api::Json::parse(data[2])["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(api::Json::parse(data[3])["choices"], api::Json::array());
  EXPECT_EQ(api::Json::parse(data[3])["usage"]["total_tokens"], 5);
  EXPECT_EQ(data[4], "[DONE]");
  EXPECT_TRUE(writer.done());
}

TEST(CompletionStreamTest, AFailureIsAnErrorFrameWithoutDone) {
  CompletionStreamWriter writer(head());
  std::string frames = writer.open();
  frames += writer.add(0, TextDelta{"a"});
  frames += writer.add(0, Failed{{ErrorCode::Internal, "no"}, {}, {}});
  const auto data = data_of(frames);
  ASSERT_EQ(data.size(), 2U);
  EXPECT_TRUE(api::Json::parse(data[1]).contains("error"));
  EXPECT_TRUE(writer.done());
  EXPECT_EQ(writer.add(0, TextDelta{"b"}), "");
}

TEST(CompletionStreamTest, AnySplitGivesTheSameTextsAndLogprobsStreamedAndWhole) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::vector<std::string> points = {"a", "\"", "\n", "\xC3\xA9", "\xF0\x9F\x98\x80", " b"};
  for (int round = 0; round < 200; ++round) {
    CompletionResponseHead both = head();
    both.prompts = 1 + random() % 2;
    both.n = both.best_of = 1 + random() % 2;
    both.logprobs = true;
    const std::uint32_t all = both.prompts * both.n;
    CompletionStreamWriter writer(both);
    CompletionResponseBuilder builder(both);
    std::string frames = writer.open();
    std::vector<int> left(all, 12);
    while (!builder.done()) {
      const std::uint32_t i = random() % all;
      if (left[i] < 0) continue;
      GenerateEvent event = finished();
      if (left[i]-- > 0) {
        const std::string& point = points[random() % points.size()];
        event = TextDelta{point, {token(point, -1, {{1, point, -1}})}};
      }
      frames += writer.add(i, event);
      builder.add(i, event);
    }
    std::vector<std::string> texts(all);
    std::vector<api::Json> offsets(all, api::Json::array());
    for (const std::string& data : data_of(frames)) {
      if (data == "[DONE]") continue;
      const api::Json parsed = api::Json::parse(data);
      for (const api::Json& choice : parsed["choices"]) {
        texts[choice["index"]] += choice["text"].get<std::string>();
        if (choice["logprobs"].is_null()) continue;
        for (const api::Json& offset : choice["logprobs"]["text_offset"]) {
          offsets[choice["index"]].push_back(offset);
        }
      }
    }
    const api::Json whole = api::Json::parse(builder.json());
    for (std::uint32_t i = 0; i < all; ++i) {
      ASSERT_EQ(whole["choices"][i]["text"], texts[i]);
      ASSERT_EQ(whole["choices"][i]["logprobs"]["text_offset"], offsets[i]);
    }
  }
}

}  // namespace
}  // namespace pcai::openai
