#include "openai/responses/responses_answer.h"

#include <gtest/gtest.h>

#include <random>

#include "events.h"

namespace pcai::openai {
namespace {

ResponsesAnswer answer(bool logprobs = false) {
  return ResponsesAnswer({.id = "resp_abc",
                          .created = 1'700'000'000,
                          .model = "m",
                          .logprobs = logprobs,
                          .echo = {{"tools", api::Json::array()}}});
}

/// The events of an SSE text, checked: `event` is `type`, and the numbers rise from 0.
std::vector<api::Json> events_of(const std::string& frames) {
  std::vector<api::Json> events;
  std::size_t at = 0;
  while (at < frames.size()) {
    const std::size_t data = frames.find("\ndata: ", at);
    const std::size_t end = frames.find("\n\n", at);
    if (frames.compare(at, 7, "event: ") != 0 || data > end || end == std::string::npos) {
      ADD_FAILURE() << "broken frame: " << frames.substr(at, 80);
      break;
    }
    events.push_back(api::Json::parse(frames.substr(data + 7, end - data - 7)));
    EXPECT_EQ(events.back()["type"], frames.substr(at + 7, data - at - 7));
    EXPECT_EQ(events.back()["sequence_number"], events.size() - 1);
    at = end + 2;
  }
  return events;
}

std::vector<std::string> types_of(const std::vector<api::Json>& events) {
  std::vector<std::string> types;
  for (const api::Json& event : events) types.push_back(event["type"].get<std::string>().substr(9));
  return types;
}

std::string frames_of(ResponsesAnswer& answer, const std::vector<GenerateEvent>& events) {
  std::string frames = answer.open();
  for (const GenerateEvent& event : events) frames += answer.add(0, event);
  return frames;
}

TEST(ResponsesAnswerTest, ATextHasItsEventsInOrder) {
  ResponsesAnswer one = answer();
  const auto events = events_of(frames_of(one, {Accepted{}, TextDelta{"He"}, TextDelta{"llo"},
                                                finished(FinishReason::Stop, {9, 4, 2, 0})}));
  EXPECT_EQ(
      types_of(events),
      (std::vector<std::string>{"created", "in_progress", "output_item.added", "content_part.added",
                                "output_text.delta", "output_text.delta", "output_text.done",
                                "content_part.done", "output_item.done", "completed"}));
  EXPECT_EQ(events[0]["response"]["status"], "in_progress");
  EXPECT_EQ(events[2]["item"]["content"], api::Json::array());
  EXPECT_EQ(events[2]["item"]["status"], "in_progress");
  EXPECT_EQ(events[4]["delta"], "He");
  EXPECT_EQ(events[4]["logprobs"], api::Json::array());
  EXPECT_EQ(events[4]["item_id"], events[2]["item"]["id"]);
  EXPECT_EQ(events[6]["text"], "Hello");
  const api::Json& response = events[9]["response"];
  EXPECT_EQ(response["status"], "completed");
  EXPECT_EQ(response["output"][0]["content"][0]["text"], "Hello");
  EXPECT_EQ(response["output"][0]["status"], "completed");
  EXPECT_EQ(response["usage"]["input_tokens_details"]["cached_tokens"], 4);
  EXPECT_EQ(response["usage"]["total_tokens"], 11);
  EXPECT_EQ(response["tools"], api::Json::array());
  EXPECT_EQ(response, api::Json::parse(one.json()));
  EXPECT_TRUE(one.done());
  EXPECT_EQ(one.add(0, TextDelta{"late"}), "");
}

TEST(ResponsesAnswerTest, ReasoningTextAndCallsAreItemsOfTheirOwn) {
  ResponsesAnswer one = answer();
  const auto events = events_of(
      frames_of(one, {ReasoningDelta{"hm"}, TextDelta{"I look."}, ToolCallDelta{4, "c1", "f", "{"},
                      ToolCallDelta{7, "c2", "g", ""}, ToolCallDelta{4, "", "", "}"},
                      ToolCallDelta{7, "", "", "{}"}, finished(FinishReason::ToolCalls)}));
  EXPECT_EQ(types_of(events), (std::vector<std::string>{"created",
                                                        "in_progress",
                                                        "output_item.added",
                                                        "content_part.added",
                                                        "reasoning_text.delta",
                                                        "reasoning_text.done",
                                                        "content_part.done",
                                                        "output_item.done",
                                                        "output_item.added",
                                                        "content_part.added",
                                                        "output_text.delta",
                                                        "output_text.done",
                                                        "content_part.done",
                                                        "output_item.done",
                                                        "output_item.added",
                                                        "function_call_arguments.delta",
                                                        "output_item.added",
                                                        "function_call_arguments.delta",
                                                        "function_call_arguments.delta",
                                                        "function_call_arguments.done",
                                                        "output_item.done",
                                                        "function_call_arguments.done",
                                                        "output_item.done",
                                                        "completed"}));
  const api::Json output = api::Json::parse(one.json())["output"];
  ASSERT_EQ(output.size(), 4U);
  EXPECT_EQ(output[0]["content"][0]["text"], "hm");
  EXPECT_EQ(output[2]["call_id"], "c1");
  EXPECT_EQ(output[2]["arguments"], "{}");
  EXPECT_EQ(output[3]["name"], "g");
  const ChatMessage message = one.message();
  EXPECT_EQ(message.reasoning, "hm");
  EXPECT_EQ(message.content, "I look.");
  ASSERT_EQ(message.tool_calls.size(), 2U);
  EXPECT_EQ(message.tool_calls[1].id, "c2");
}

TEST(ResponsesAnswerTest, ACutAnswerIsIncomplete) {
  ResponsesAnswer one = answer();
  const auto events = events_of(frames_of(one, {TextDelta{"He"}, finished(FinishReason::Length)}));
  EXPECT_EQ(types_of(events).back(), "incomplete");
  const api::Json& response = events.back()["response"];
  EXPECT_EQ(response["status"], "incomplete");
  EXPECT_EQ(response["incomplete_details"]["reason"], "max_output_tokens");
  EXPECT_EQ(response["output"][0]["status"], "incomplete");
  EXPECT_FALSE(one.error());
}

TEST(ResponsesAnswerTest, AFailureIsInTheResponse) {
  ResponsesAnswer one = answer();
  const auto events =
      events_of(frames_of(one, {TextDelta{"He"}, Failed{{ErrorCode::WorkerDied, "gone"}, {}, {}}}));
  EXPECT_EQ(types_of(events).back(), "failed");
  EXPECT_EQ(events.back()["response"]["status"], "failed");
  EXPECT_EQ(events.back()["response"]["error"]["code"], "server_error");
  EXPECT_EQ(events.back()["response"]["error"]["message"], "gone");
  EXPECT_EQ(one.error()->message, "gone");
}

TEST(ResponsesAnswerTest, ACancelledResponseHasNotFailed) {
  ResponsesAnswer one = answer();
  frames_of(one, {TextDelta{"He"}, Failed{{ErrorCode::Cancelled, "bye"}, {}, {}}});
  EXPECT_TRUE(one.done());
  EXPECT_FALSE(one.error());
  EXPECT_EQ(api::Json::parse(one.json())["status"], "cancelled");
}

TEST(ResponsesAnswerTest, AnEmptyAnswerStillHasItsMessage) {
  ResponsesAnswer one = answer();
  const auto events = events_of(frames_of(one, {finished()}));
  EXPECT_EQ(events.back()["response"]["output"][0]["content"][0]["text"], "");
  EXPECT_EQ(one.message().content, "");
}

TEST(ResponsesAnswerTest, LogprobsComeWithDeltasAndWhole) {
  ResponsesAnswer one = answer(true);
  const auto events = events_of(frames_of(
      one, {TextDelta{"a", {token("a", -1)}}, TextDelta{"b", {token("b", -2)}}, finished()}));
  EXPECT_EQ(events[4]["logprobs"][0]["token"], "a");
  EXPECT_EQ(events[6]["logprobs"].size(), 2U);
  const api::Json part = api::Json::parse(one.json())["output"][0]["content"][0];
  EXPECT_EQ(part["logprobs"][1]["logprob"], -2);
}

TEST(ResponsesAnswerTest, BytesThatAreNotUtf8NeverReachTheFrames) {
  ResponsesAnswer one = answer(true);
  const std::string frames =
      frames_of(one, {ReasoningDelta{"\xFF"}, TextDelta{"\xC3", {token("\xC3", -1)}},
                      ToolCallDelta{0, "\xFE", "\xFE", "\xFE"}, finished()});
  EXPECT_EQ(events_of(frames).back()["response"]["status"], "completed");
}

TEST(ResponsesAnswerTest, AnySplitGivesTheSameOutput) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string text = "Say \"hello\"\n to all of them";
  const std::string arguments = R"({"city":"Paris","days":[1,2,3]})";
  const auto split = [&](const std::string& whole, auto add) {
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t size = 1 + random() % 7;
      add(whole.substr(at, size));
      at += size;
    }
  };
  api::Json first;
  for (int round = 0; round < 100; ++round) {
    std::vector<GenerateEvent> events;
    split(text, [&](std::string part) { events.push_back(ReasoningDelta{std::move(part)}); });
    split(text, [&](std::string part) { events.push_back(TextDelta{std::move(part)}); });
    bool begun = false;
    split(arguments, [&](std::string part) {
      const bool fresh = !std::exchange(begun, true);
      events.push_back(ToolCallDelta{0, fresh ? "c" : "", fresh ? "f" : "", std::move(part)});
    });
    events.push_back(finished(FinishReason::ToolCalls));
    ResponsesAnswer one = answer();
    std::string deltas[3];
    for (const api::Json& event : events_of(frames_of(one, events))) {
      if (!event.contains("delta")) continue;
      deltas[event["output_index"].get<std::size_t>()] += event["delta"].get<std::string>();
    }
    EXPECT_EQ(deltas[0], text);
    EXPECT_EQ(deltas[1], text);
    EXPECT_EQ(deltas[2], arguments);
    const api::Json output = api::Json::parse(one.json())["output"];
    if (first.is_null()) first = output;
    ASSERT_EQ(output, first);
  }
}

}  // namespace
}  // namespace pcai::openai
