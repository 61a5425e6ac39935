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

CompletionResponseHead echoing(std::string echo, std::uint32_t n = 1) {
  CompletionResponseHead echoing = head();
  echoing.echoes = {std::move(echo)};
  echoing.logprobs = true;
  echoing.echo_logprobs = 1;
  echoing.n = echoing.best_of = n;
  return echoing;
}

/// A begin-of-text token that is not in the text, then two that are.
const PromptLogprobs kFirstPart = {{{{0, "<s>", 0}, {}}, token("A", -4, {{9, "The", -1}})}};
const PromptLogprobs kSecondPart = {
    {token(" d\xC3\xB6g", -2, {{1, " d\xC3\xB6g", -2}, {2, "x", -3}})}};
constexpr const char* kEchoed =
    "{\"tokens\":[\"<s>\",\"A\",\" d\xC3\xB6g\",\" ran\"],\"token_logprobs\":[null,-4,-2,-0.5],"
    "\"top_logprobs\":[null,{\"The\":-1,\"A\":-4},{\" d\xC3\xB6g\":-2},{\" ran\":-0.5}],"
    "\"text_offset\":[0,0,1,5]}";

TEST(CompletionEchoTest, LogprobsBeginWithThePromptsAndOffsetsAreThoseOfTheText) {
  CompletionResponseBuilder builder(echoing("A d\xC3\xB6g"));
  builder.add(0, Accepted{});
  builder.add(0, kFirstPart);
  builder.add(0, kSecondPart);
  builder.add(0, TextDelta{" ran", {token(" ran", -0.5F, {{1, " ran", -0.5F}})}});
  builder.add(0, finished(FinishReason::Length, {3, 0, 1, 0}));
  const api::Json choice = api::Json::parse(builder.json())["choices"][0];
  EXPECT_EQ(choice["text"], "A d\xC3\xB6g ran");
  EXPECT_EQ(choice["logprobs"].dump(), kEchoed);
}

TEST(CompletionEchoTest, APromptAloneHasItsLogprobsAndNoAnswer) {
  CompletionResponseHead alone = echoing("A d\xC3\xB6g");
  alone.prompt_only = true;
  CompletionResponseBuilder builder(alone);
  CompletionStreamWriter writer(alone);
  std::string frames = writer.open();
  for (const GenerateEvent& event :
       std::vector<GenerateEvent>{kFirstPart, kSecondPart, TextDelta{" ran", {token(" ran", -1)}},
                                  finished(FinishReason::Stop, {3, 0, 1, 0})}) {
    builder.add(0, event);
    frames += writer.add(0, event);
  }
  const api::Json body = api::Json::parse(builder.json());
  EXPECT_EQ(body["choices"][0]["text"], "A d\xC3\xB6g");
  EXPECT_EQ(body["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(body["choices"][0]["logprobs"]["tokens"].size(), 3U);
  EXPECT_EQ(body["usage"]["completion_tokens"], 0);
  const auto data = data_of(frames);
  ASSERT_EQ(data.size(), 3U);
  EXPECT_EQ(api::Json::parse(data[0])["choices"][0]["logprobs"], body["choices"][0]["logprobs"]);
  EXPECT_EQ(api::Json::parse(data[1])["choices"][0]["finish_reason"], "length");
}

TEST(CompletionEchoTest, AStreamEchoesOnceThePromptIsKnownToEveryChoice) {
  CompletionStreamWriter writer(echoing("A d\xC3\xB6g", 2));
  EXPECT_EQ(writer.open(), "");
  std::string frames = writer.add(1, TextDelta{" sat", {token(" sat", -1)}});
  frames += writer.add(1, finished());
  frames += writer.add(0, kFirstPart);
  EXPECT_EQ(frames, "") << "the first choice is still reading";
  frames += writer.add(0, kSecondPart);
  frames += writer.add(0, TextDelta{" ran", {token(" ran", -0.5F, {{1, " ran", -0.5F}})}});
  frames += writer.add(0, finished());
  const auto data = data_of(frames);
  std::vector<std::string> texts(2);
  std::vector<api::Json> lists(2, {{"tokens", api::Json::array()},
                                   {"token_logprobs", api::Json::array()},
                                   {"top_logprobs", api::Json::array()},
                                   {"text_offset", api::Json::array()}});
  for (const std::string& one : data) {
    if (one == "[DONE]") continue;
    const api::Json choice = api::Json::parse(one)["choices"][0];
    const std::size_t index = choice["index"];
    texts[index] += choice["text"];
    if (choice["logprobs"].is_null()) continue;
    for (auto& [name, list] : lists[index].items()) {
      for (const api::Json& entry : choice["logprobs"][name]) list.push_back(entry);
    }
  }
  EXPECT_EQ(data.back(), "[DONE]");
  EXPECT_EQ(texts, (std::vector<std::string>{"A d\xC3\xB6g ran", "A d\xC3\xB6g sat"}));
  EXPECT_EQ(lists[0], api::Json::parse(kEchoed));
  EXPECT_EQ(lists[1]["tokens"].size(), 4U);
  EXPECT_EQ(lists[1]["text_offset"], api::Json({0, 0, 1, 5}));
}

TEST(CompletionEchoTest, AFailureBeforeTheEchoIsToldAtOnce) {
  CompletionStreamWriter writer(echoing("A", 2));
  const auto data = data_of(writer.add(1, Failed{{ErrorCode::Internal, "no"}, {}, {}}));
  ASSERT_EQ(data.size(), 1U);
  EXPECT_TRUE(api::Json::parse(data[0]).contains("error"));
}

TEST(CompletionEchoTest, EachOfSeveralAnswersBeginsWithTheSamePrompt) {
  CompletionResponseHead best = echoing("A d\xC3\xB6g", 3);
  best.n = 2;
  CompletionResponseBuilder builder(best);
  builder.add(0, kFirstPart);
  builder.add(0, kSecondPart);
  for (std::uint32_t i = 0; i < 3; ++i) {
    builder.add(i, TextDelta{" ran", {token(" ran", -1 - static_cast<float>(i))}});
    builder.add(i, finished());
  }
  const api::Json choices = api::Json::parse(builder.json())["choices"];
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(choices[i]["logprobs"]["token_logprobs"], api::Json({nullptr, -4, -2, -1 - i}));
  }
}

TEST(CompletionEchoTest, ATextThatIsNotTheTokensStillHasOffsetsInIt) {
  CompletionResponseBuilder builder(echoing("normalised"));
  builder.add(0, PromptLogprobs{{{{0, " normal", 0}, {}}, token("ized", -1), token("!", -1)}});
  builder.add(0, finished());
  EXPECT_EQ(api::Json::parse(builder.json())["choices"][0]["logprobs"]["text_offset"],
            api::Json({0, 6, 6}));
}

TEST(CompletionEchoTest, PromptLogprobsAreByTokenIdWithRanks) {
  CompletionResponseHead asked = head();
  asked.prompt_logprobs = 1;
  CompletionResponseBuilder builder(asked);
  builder.add(0, kFirstPart);
  builder.add(0, PromptLogprobs{{token("\xE2\x82", -2, {{1, "\xE2\x82", -2}, {2, "x", -3}})}});
  builder.add(0, finished());
  EXPECT_EQ(api::Json::parse(builder.json())["choices"][0]["prompt_logprobs"],
            api::Json::parse(R"([null,
              {"9":{"logprob":-1,"rank":1,"decoded_token":"The"},
               "1":{"logprob":-4,"rank":null,"decoded_token":"A"}},
              {"1":{"logprob":-2,"rank":1,"decoded_token":"bytes:\\xe2\\x82"}}])"));
}

}  // namespace
}  // namespace pcai::openai
