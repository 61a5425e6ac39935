#include "anthropic/messages_answer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "anthropic/error_body.h"

namespace pcai::anthropic {
namespace {

using nlohmann::json;

const std::vector<GenerateEvent> kEvents = {
    Accepted{},
    ReasoningDelta{"Let me "},
    ReasoningDelta{"think."},
    TextDelta{"Hel"},
    TextDelta{""},
    TextDelta{"lo"},
    ToolCallDelta{0, "t1", "weather", "{\"city\":"},
    ToolCallDelta{0, "", "", "\"Rome\"}"},
    ToolCallDelta{1, "t2", "clock", ""},
    ToolCallDelta{1, "", "", "{}"},
    Finished{FinishReason::ToolCalls,
             {.prompt_tokens = 10, .cached_tokens = 4, .completion_tokens = 9}}};

MessageHead head() {
  return {.id = "msg_1", .model = "m", .stop_sequences = {"END"}};
}

json whole(const std::vector<GenerateEvent>& events, MessageHead of = head()) {
  MessageBuilder builder(std::move(of));
  for (const GenerateEvent& event : events) builder.add(0, event);
  EXPECT_TRUE(builder.done());
  return json::parse(builder.json());
}

/// The stream's data, each checked against its event line.
std::vector<json> streamed(const std::vector<GenerateEvent>& events, MessageHead of = head()) {
  MessageStream stream(std::move(of));
  std::string text = stream.open();
  for (const GenerateEvent& event : events) text += stream.add(0, event);
  EXPECT_TRUE(stream.done());
  std::vector<json> data;
  while (!text.empty()) {
    const std::size_t end = text.find("\n\n");
    const std::string frame = text.substr(0, end);
    text.erase(0, end + 2);
    const std::size_t line = frame.find('\n');
    data.push_back(json::parse(frame.substr(line + 7)));
    EXPECT_EQ("event: " + data.back()["type"].get<std::string>(), frame.substr(0, line));
  }
  return data;
}

/// What a client makes of a stream.
json rebuilt(const std::vector<json>& data) {
  json message;
  std::string input;
  for (const json& event : data) {
    const std::string type = event["type"];
    if (type == "message_start") message = event["message"];
    if (type == "content_block_start") {
      EXPECT_EQ(event["index"], message["content"].size());
      message["content"].push_back(event["content_block"]);
      input.clear();
    }
    if (type == "content_block_delta") {
      json& block = message["content"].at(event["index"].get<std::size_t>());
      const json& delta = event["delta"];
      if (delta["type"] == "text_delta")
        block["text"] = block["text"].get<std::string>() + delta["text"].get<std::string>();
      if (delta["type"] == "thinking_delta")
        block["thinking"] =
            block["thinking"].get<std::string>() + delta["thinking"].get<std::string>();
      if (delta["type"] == "input_json_delta") input += delta["partial_json"].get<std::string>();
    }
    if (type == "content_block_stop" && message["content"].back()["type"] == "tool_use") {
      message["content"].back()["input"] = json::parse(input);
    }
    if (type == "message_delta") {
      message["stop_reason"] = event["delta"]["stop_reason"];
      message["stop_sequence"] = event["delta"]["stop_sequence"];
      message["usage"] = event["usage"];
    }
  }
  return message;
}

TEST(MessagesAnswerTest, BlocksComeInTheOrderOfTheEvents) {
  const json message = whole(kEvents);
  ASSERT_EQ(message["content"].size(), 4U);
  EXPECT_EQ(message["content"][0]["thinking"], "Let me think.");
  EXPECT_EQ(message["content"][1]["text"], "Hello");
  EXPECT_EQ(message["content"][2]["input"]["city"], "Rome");
  EXPECT_EQ(message["content"][3]["name"], "clock");
  EXPECT_EQ(message["stop_reason"], "tool_use");
  EXPECT_EQ(message["usage"]["input_tokens"], 6);
  EXPECT_EQ(message["usage"]["cache_read_input_tokens"], 4);
  EXPECT_EQ(message["usage"]["output_tokens"], 9);
}

TEST(MessagesAnswerTest, TheStreamAddsUpToTheWholeMessage) {
  EXPECT_EQ(rebuilt(streamed(kEvents)), whole(kEvents));
}

TEST(MessagesAnswerTest, EveryBlockIsOpenedAndClosedOnce) {
  std::string types;
  for (const json& event : streamed(kEvents)) {
    const std::string type = event["type"];
    if (type == "content_block_start") types += '(';
    if (type == "content_block_delta") types += '.';
    if (type == "content_block_stop") types += ')';
    if (type.starts_with("message_")) types += type[8];
  }
  EXPECT_EQ(types, "s(...)(..)(..)(.)ds");
}

TEST(MessagesAnswerTest, TheReasonSaysWhatEndedIt) {
  const auto reason = [](const Finished& finished) {
    return whole({TextDelta{"a"}, finished})["stop_reason"].get<std::string>();
  };
  EXPECT_EQ(reason({FinishReason::Stop}), "end_turn");
  EXPECT_EQ(reason({FinishReason::Length}), "max_tokens");
  EXPECT_EQ(reason({.reason = FinishReason::Stop, .stop_sequence = "END"}), "stop_sequence");
  // One that the model's own format brought is nothing the client knows of.
  EXPECT_EQ(reason({.reason = FinishReason::Stop, .stop_sequence = "<|im_end|>"}), "end_turn");
}

TEST(MessagesAnswerTest, AnEmptyAnswerHasNoBlocks) {
  const json message = whole({Finished{}});
  EXPECT_EQ(message["content"], json::array());
  EXPECT_EQ(rebuilt(streamed({Finished{}})), message);
}

TEST(MessagesAnswerTest, ACutCallIsNoReasonToFail) {
  const json message =
      whole({ToolCallDelta{0, "t", "f", "{\"a\":"}, Finished{FinishReason::Length}});
  EXPECT_EQ(message["content"][0]["input"], json::object());
  EXPECT_EQ(message["stop_reason"], "max_tokens");
}

TEST(MessagesAnswerTest, WarningsComeWithTheHead) {
  MessageHead warned = head();
  warned.warnings = {"metadata has no effect here"};
  EXPECT_EQ(whole({Finished{}}, warned)["warnings"].size(), 1U);
  EXPECT_EQ(streamed({Finished{}}, warned)[0]["message"]["warnings"].size(), 1U);
}

TEST(MessagesAnswerTest, AFailureIsAnErrorEventAndTheEnd) {
  const auto data = streamed({TextDelta{"a"}, Failed{{ErrorCode::WorkerDied, "gone"}, {}, {}}});
  EXPECT_EQ(data.back()["type"], "error");
  EXPECT_EQ(data.back()["error"]["type"], "api_error");
}

TEST(AnthropicErrorBodyTest, TheFieldIsPartOfTheMessage) {
  const json body = json::parse(anthropic_error_body(
      {ErrorCode::InvalidRequest, "must not be empty", "messages[1]"}, "req_1"));
  EXPECT_EQ(body["type"], "error");
  EXPECT_EQ(body["error"]["type"], "invalid_request_error");
  EXPECT_EQ(body["error"]["message"], "messages[1]: must not be empty");
  EXPECT_EQ(body["request_id"], "req_1");
}

}  // namespace
}  // namespace pcai::anthropic
