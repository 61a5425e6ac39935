#include <gtest/gtest.h>

#include <random>

#include "bodies.h"
#include "events.h"
#include "openai/chat/chat_response.h"

namespace pcai::openai {
namespace {

ChatResponseHead head(std::vector<std::string> warnings = {}) {
  return {"chatcmpl-1", 1'700'000'000, "m", std::move(warnings)};
}

std::string chunk(const std::string& rest) {
  return R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m",)"
         R"("system_fingerprint":"fp_pcai","choices":[)" +
         rest;
}

TEST(ChatStreamTest, AStreamIsRoleTextFinishDone) {
  ChatStreamWriter writer(head(), 1, false, false);
  EXPECT_EQ(
      data_of(writer.open()),
      std::vector<std::string>{chunk(
          R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]})")});
  EXPECT_EQ(writer.add(0, Accepted{}), "");
  EXPECT_EQ(
      data_of(writer.add(0, TextDelta{"Hi \"you\"\n"})),
      std::vector<std::string>{chunk(
          R"({"index":0,"delta":{"content":"Hi \"you\"\n"},"logprobs":null,"finish_reason":null}]})")});
  EXPECT_EQ(writer.add(0, TextDelta{""}), "");
  EXPECT_FALSE(writer.done());
  EXPECT_EQ(
      data_of(writer.add(0, finished(FinishReason::Stop, {10, 0, 2, 0}, {1, 2, 3, 4}))),
      (std::vector<std::string>{
          chunk(
              R"({"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],)"
              R"("timings":{"queue_ms":1.0,"prefill_ms":2.0,"first_token_ms":3.0,"decode_ms":4.0,)"
              R"("prompt_per_second":5000.0,"predicted_per_second":500.0}})"),
          "[DONE]"}));
  EXPECT_TRUE(writer.done());
}

TEST(ChatStreamTest, WithUsageEveryChunkHasItAndTheLastOneHasNumbers) {
  ChatStreamWriter writer(head(), 1, false, true);
  std::string frames = writer.open() + writer.add(0, TextDelta{"a"});
  frames += writer.add(0, finished(FinishReason::Length, {10, 3, 2, 0}, {1, 2, 3, 4}));
  const auto data = data_of(frames);
  ASSERT_EQ(data.size(), 5U);
  for (int i = 0; i < 3; ++i) {
    const api::Json json = api::Json::parse(data[i]);
    EXPECT_TRUE(json.contains("usage") && json["usage"].is_null()) << data[i];
    EXPECT_FALSE(json.contains("timings"));
  }
  const api::Json last = api::Json::parse(data[3]);
  EXPECT_EQ(last["choices"], api::Json::array());
  EXPECT_EQ(last["usage"]["prompt_tokens"], 10);
  EXPECT_EQ(last["usage"]["completion_tokens"], 2);
  EXPECT_EQ(last["usage"]["total_tokens"], 12);
  EXPECT_EQ(last["usage"]["prompt_tokens_details"]["cached_tokens"], 3);
  EXPECT_EQ(last["timings"]["decode_ms"], 4);
  EXPECT_EQ(last["id"], "chatcmpl-1");
  EXPECT_EQ(last["object"], "chat.completion.chunk");
  EXPECT_EQ(data[4], "[DONE]");
}

TEST(ChatStreamTest, WithoutUsageNoChunkHasIt) {
  ChatStreamWriter writer(head(), 1, false, false);
  const std::string frames =
      writer.open() + writer.add(0, TextDelta{"a"}) + writer.add(0, finished());
  EXPECT_EQ(frames.find("\"usage\""), std::string::npos);
}

TEST(ChatStreamTest, WarningsComeOnceWithTheFirstChunk) {
  ChatStreamWriter writer(head({"user has no effect here"}), 2, false, false);
  const auto data = data_of(writer.open() + writer.add(0, TextDelta{"a"}));
  ASSERT_EQ(data.size(), 3U);
  EXPECT_EQ(api::Json::parse(data[0])["warnings"], api::Json({"user has no effect here"}));
  EXPECT_FALSE(api::Json::parse(data[1]).contains("warnings"));
  EXPECT_FALSE(api::Json::parse(data[2]).contains("warnings"));
}

TEST(ChatStreamTest, SeveralChoicesMixAndEndTogether) {
  ChatStreamWriter writer(head(), 3, false, true);
  const auto opened = data_of(writer.open());
  ASSERT_EQ(opened.size(), 3U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(api::Json::parse(opened[i])["choices"][0]["index"], i);
  EXPECT_EQ(api::Json::parse(data_of(writer.add(2, TextDelta{"c"}))[0])["choices"][0]["index"], 2);
  EXPECT_EQ(data_of(writer.add(1, finished(FinishReason::Stop, {9, 1, 1, 0}))).size(), 1U);
  EXPECT_EQ(data_of(writer.add(2, finished(FinishReason::Length, {9, 9, 2, 0}))).size(), 1U);
  EXPECT_FALSE(writer.done());
  EXPECT_EQ(writer.add(1, TextDelta{"late"}), "");
  const auto last = data_of(writer.add(0, finished(FinishReason::Stop, {9, 9, 4, 0})));
  ASSERT_EQ(last.size(), 3U);
  const api::Json usage = api::Json::parse(last[1])["usage"];
  EXPECT_EQ(usage["prompt_tokens"], 9);
  EXPECT_EQ(usage["completion_tokens"], 7);
  EXPECT_EQ(usage["prompt_tokens_details"]["cached_tokens"], 1);
  EXPECT_EQ(last[2], "[DONE]");
  EXPECT_TRUE(writer.done());
}

TEST(ChatStreamTest, AFailureIsAnErrorFrameWithoutDone) {
  ChatStreamWriter writer(head(), 2, false, true);
  writer.open();
  writer.add(0, TextDelta{"a"});
  const auto data =
      data_of(writer.add(1, Failed{{ErrorCode::WorkerDied, "the model's process ended"}, {}, {}}));
  EXPECT_EQ(data, std::vector<std::string>{
                      R"({"error":{"message":"the model's process ended","type":"server_error",)"
                      R"("param":null,"code":"worker_died"}})"});
  EXPECT_TRUE(writer.done());
  EXPECT_EQ(writer.add(0, TextDelta{"b"}), "");
  EXPECT_EQ(writer.add(0, finished()), "");
}

TEST(ChatStreamTest, AFailureEndsTheStreamEvenThroughAChoiceThatHasEnded) {
  ChatStreamWriter writer(head(), 2, false, false);
  writer.add(0, finished());
  EXPECT_EQ(data_of(writer.add(0, Failed{{ErrorCode::Draining, "bye"}, {}, {}})).size(), 1U);
  EXPECT_TRUE(writer.done());
}

TEST(ChatStreamTest, ReasoningHasItsOwnDelta) {
  ChatStreamWriter writer(head(), 1, false, false);
  EXPECT_EQ(
      api::Json::parse(data_of(writer.add(0, ReasoningDelta{"hm"}))[0])["choices"][0]["delta"],
      api::Json({{"reasoning_content", "hm"}}));
  EXPECT_EQ(writer.add(0, ReasoningDelta{""}), "");
}

TEST(ChatStreamTest, ReasoningCanHaveAnotherName) {
  ChatResponseHead other = head();
  other.reasoning_name = "reasoning";
  ChatStreamWriter writer(other, 1, false, false);
  EXPECT_EQ(
      api::Json::parse(data_of(writer.add(0, ReasoningDelta{"hm"}))[0])["choices"][0]["delta"],
      api::Json({{"reasoning", "hm"}}));
}

TEST(ChatStreamTest, OlderCallsAreOneFunctionCallWithoutIdAndIndex) {
  ChatResponseHead older = head();
  older.legacy_calls = true;
  ChatStreamWriter writer(older, 1, false, false);
  const auto delta = [&](const ToolCallDelta& event) {
    return api::Json::parse(data_of(writer.add(0, event))[0])["choices"][0]["delta"].dump();
  };
  EXPECT_EQ(delta({0, "c1", "f", "{"}), R"({"function_call":{"name":"f","arguments":"{"}})");
  EXPECT_EQ(delta({0, "", "", "}"}), R"({"function_call":{"arguments":"}"}})");
  EXPECT_EQ(writer.add(0, ToolCallDelta{1, "c2", "g", "{}"}), "");
  const auto last = data_of(writer.add(0, finished(FinishReason::ToolCalls)));
  EXPECT_EQ(api::Json::parse(last[0])["choices"][0]["finish_reason"], "function_call");
}

TEST(ChatStreamTest, ToolCallsSendIdAndNameOnceUnderContiguousIndices) {
  ChatStreamWriter writer(head(), 1, false, false);
  const auto delta = [&](const ToolCallDelta& event) {
    const auto data = data_of(writer.add(0, event));
    return data.size() == 1 ? api::Json::parse(data[0])["choices"][0]["delta"]["tool_calls"].dump()
                            : std::to_string(data.size()) + " frames";
  };
  EXPECT_EQ(delta({4, "c1", "f", ""}),
            R"([{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}])");
  EXPECT_EQ(delta({4, "", "", "{\"a\""}), R"([{"index":0,"function":{"arguments":"{\"a\""}}])");
  EXPECT_EQ(
      delta({9, "c2", "g", "{}"}),
      R"([{"index":1,"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}])");
  EXPECT_EQ(delta({4, "c1", "f", ":1}"}), R"([{"index":0,"function":{"arguments":":1}"}}])");
  EXPECT_EQ(delta({4, "c1", "f", ""}), "0 frames");
  const auto last = data_of(writer.add(0, finished()));
  EXPECT_EQ(api::Json::parse(last[0])["choices"][0]["finish_reason"], "tool_calls");
}

TEST(ChatStreamTest, LogprobsComeEvenWithoutText) {
  ChatStreamWriter writer(head(), 1, true, false);
  const auto choice = [&](const TextDelta& event) {
    return api::Json::parse(data_of(writer.add(0, event)).at(0))["choices"][0];
  };
  api::Json held = choice({"", {token("\xF0\x9F", -1), token("x", -2)}});
  EXPECT_EQ(held["delta"], api::Json({{"content", ""}}));
  ASSERT_EQ(held["logprobs"]["content"].size(), 2U);
  EXPECT_EQ(held["logprobs"]["content"][0]["bytes"], api::Json({240, 159}));
  EXPECT_EQ(held["logprobs"]["content"][1]["token"], "x");
  EXPECT_TRUE(choice({"y", {}})["logprobs"].is_null());
}

TEST(ChatStreamTest, LogprobsNobodyAskedForAreLeftOut) {
  ChatStreamWriter writer(head(), 1, false, false);
  EXPECT_EQ(writer.add(0, TextDelta{"", {token("x", -1)}}), "");
  EXPECT_EQ(writer.add(0, TextDelta{"x", {token("x", -1)}}).find("\"content\":["),
            std::string::npos);
}

TEST(ChatStreamTest, AnyBytesMakeValidFrames) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  ChatStreamWriter writer({all, 0, all, {all}}, 1, true, true);
  std::string frames = writer.open();
  frames += writer.add(0, TextDelta{all, {token(all, -1, {{1, all, -1}})}});
  frames += writer.add(0, ReasoningDelta{all});
  frames += writer.add(0, ToolCallDelta{0, all, all, all});
  frames += writer.add(0, finished());
  const auto data = data_of(frames);
  ASSERT_EQ(data.size(), 7U);
  for (std::size_t i = 0; i + 1 < data.size(); ++i) {
    EXPECT_TRUE(api::Json::accept(data[i])) << data[i];
    EXPECT_EQ(data[i].find_first_of("\r\n"), std::string::npos);
  }
}

TEST(ChatStreamTest, AMovedWriterGoesOn) {
  ChatStreamWriter first(head(), 1, false, false);
  first.open();
  ChatStreamWriter second(std::move(first));
  EXPECT_EQ(data_of(second.add(0, TextDelta{"a"})).size(), 1U);
  EXPECT_EQ(data_of(second.add(0, finished())).size(), 2U);
}

/// A text of random code points of every length, with those that JSON escapes.
std::vector<std::string> random_code_points(std::mt19937& random) {
  static const std::vector<std::string> kPoints = {"a",
                                                   " ",
                                                   "\"",
                                                   "\\",
                                                   "/",
                                                   "\n",
                                                   "\r",
                                                   "\t",
                                                   "\b",
                                                   "\x01",
                                                   "\x7F",
                                                   std::string(1, '\0'),
                                                   "\xC3\xA9",
                                                   "\xE2\x82\xAC",
                                                   "\xE2\x80\xA8",
                                                   "\xEF\xBF\xBD",
                                                   "\xED\x9F\xBF",
                                                   "\xF0\x9F\x98\x80",
                                                   "\xF4\x8F\xBF\xBF",
                                                   "e\xCC\x81",
                                                   "data: ",
                                                   "\n\n",
                                                   "[DONE]"};
  std::vector<std::string> points(random() % 60);
  for (std::string& point : points) point = kPoints[random() % kPoints.size()];
  return points;
}

TEST(ChatStreamTest, AnySplitOfATextGivesTheSameTextStreamedAndWhole) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    const std::uint32_t n = 1 + random() % 3;
    ChatStreamWriter writer(head(), n, true, round % 2 == 0);
    ChatResponseBuilder builder(head(), n, true);
    std::string frames = writer.open();

    // One random split a choice, interleaved at random.
    std::vector<std::string> texts(n);
    std::vector<std::vector<GenerateEvent>> events(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      TextDelta delta;
      for (const std::string& point : random_code_points(random)) {
        texts[i] += point;
        delta.text += point;
        delta.logprobs.push_back(token(point, -1));
        if (random() % 3 != 0) continue;
        events[i].push_back(std::exchange(delta, {}));
      }
      events[i].push_back(delta);
      events[i].push_back(finished());
    }
    std::vector<std::size_t> next(n);
    while (!builder.done()) {
      const std::uint32_t i = random() % n;
      if (next[i] == events[i].size()) continue;
      const GenerateEvent& event = events[i][next[i]++];
      frames += writer.add(i, event);
      builder.add(i, event);
    }
    EXPECT_TRUE(writer.done());

    std::vector<std::string> streamed(n);
    std::vector<api::Json> logprobs(n, api::Json::array());
    for (const std::string& data : data_of(frames)) {
      if (data == "[DONE]") continue;
      const api::Json parsed = api::Json::parse(data);
      for (const api::Json& choice : parsed["choices"]) {
        const std::size_t index = choice["index"];
        streamed[index] += choice["delta"].value("content", "");
        if (choice["logprobs"].is_null()) continue;
        for (const api::Json& entry : choice["logprobs"]["content"])
          logprobs[index].push_back(entry);
      }
    }
    const api::Json whole = api::Json::parse(builder.json());
    for (std::uint32_t i = 0; i < n; ++i) {
      ASSERT_EQ(streamed[i], texts[i]);
      ASSERT_EQ(whole["choices"][i]["message"]["content"], texts[i]);
      ASSERT_EQ(whole["choices"][i]["logprobs"]["content"], logprobs[i]);
    }
  }
}

TEST(ChatStreamTest, AnySplitOfCallsGivesTheSameCallsStreamedAndWhole) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    // Each call's pieces in order, the calls mixed, under indices of the backend's own.
    const std::size_t count = 1 + random() % 4;
    std::vector<std::string> arguments(count);
    std::vector<std::vector<GenerateEvent>> pieces(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto index = static_cast<std::uint32_t>(7 * i + random() % 7);
      ToolCallDelta delta{index, "call_" + std::to_string(i), "f" + std::to_string(i), ""};
      for (const std::string& point : random_code_points(random)) {
        arguments[i] += point;
        delta.arguments += point;
        if (random() % 3 != 0) continue;
        pieces[i].push_back(std::exchange(delta, ToolCallDelta{index, "", "", ""}));
      }
      pieces[i].push_back(delta);
    }
    ChatStreamWriter writer(head(), 1, false, false);
    ChatResponseBuilder builder(head(), 1, false);
    std::string frames = writer.open();
    const auto send = [&](const GenerateEvent& event) {
      frames += writer.add(0, event);
      builder.add(0, event);
    };
    std::vector<std::size_t> order;  // in which the calls begin
    std::vector<std::size_t> next(count);
    for (std::size_t left = count; left > 0;) {
      const std::size_t i = random() % count;
      if (next[i] == pieces[i].size()) continue;
      if (next[i] == 0) order.push_back(i);
      send(pieces[i][next[i]++]);
      if (next[i] == pieces[i].size()) --left;
    }
    send(finished(FinishReason::ToolCalls));

    std::vector<ToolCall> streamed;
    for (const std::string& data : data_of(frames)) {
      if (data == "[DONE]") continue;
      const api::Json parsed = api::Json::parse(data);
      const api::Json& delta = parsed["choices"][0]["delta"];
      if (!delta.contains("tool_calls")) continue;
      const api::Json& call = delta["tool_calls"][0];
      const std::size_t index = call["index"];
      ASSERT_LE(index, streamed.size()) << "indices are contiguous";
      ASSERT_EQ(call.contains("id"), index == streamed.size()) << "the id comes once";
      if (index == streamed.size()) streamed.push_back({call["id"], call["function"]["name"], ""});
      streamed[index].arguments += call["function"]["arguments"].get<std::string>();
    }
    const api::Json body = api::Json::parse(builder.json());
    const api::Json& whole = body["choices"][0]["message"]["tool_calls"];
    ASSERT_EQ(streamed.size(), count);
    for (std::size_t at = 0; at < count; ++at) {
      ASSERT_EQ(streamed[at].arguments, arguments[order[at]]);
      ASSERT_EQ(streamed[at].name, "f" + std::to_string(order[at]));
      ASSERT_EQ(whole[at]["id"], streamed[at].id);
      ASSERT_EQ(whole[at]["function"]["arguments"], arguments[order[at]]);
    }
  }
}

}  // namespace
}  // namespace pcai::openai
