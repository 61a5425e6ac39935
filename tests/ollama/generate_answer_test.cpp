#include "ollama/generate_answer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pcai::ollama {
namespace {

using nlohmann::json;

const std::vector<GenerateEvent> kEvents = {
    Accepted{},
    ReasoningDelta{"Hm."},
    TextDelta{"Hel"},
    TextDelta{"lo"},
    ToolCallDelta{0, "t1", "weather", "{\"city\":"},
    ToolCallDelta{0, "", "", "\"Rome\"}"},
    Finished{FinishReason::ToolCalls,
             {.prompt_tokens = 5, .completion_tokens = 9},
             {.queue_ms = 1, .prefill_ms = 2, .decode_ms = 3}}};

OllamaHead head(OllamaShape shape = OllamaShape::Chat) {
  return {.shape = shape, .model = "m", .created_at = rfc3339(0), .warnings = {"w"}};
}

json whole(OllamaShape shape = OllamaShape::Chat) {
  OllamaBuilder builder(head(shape));
  for (const GenerateEvent& event : kEvents) builder.add(0, event);
  EXPECT_TRUE(builder.done());
  return json::parse(builder.json());
}

std::vector<json> streamed(const std::vector<GenerateEvent>& events,
                           OllamaShape shape = OllamaShape::Chat) {
  OllamaStream stream(head(shape));
  std::string text = stream.open();
  for (const GenerateEvent& event : events) text += stream.add(0, event);
  EXPECT_TRUE(stream.done());
  std::vector<json> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(json::parse(text.substr(0, end)));
    text.erase(0, end + 1);
  }
  return lines;
}

TEST(OllamaAnswerTest, AWholeAnswerHasAllParts) {
  const json body = whole();
  EXPECT_EQ(body["message"]["content"], "Hello");
  EXPECT_EQ(body["message"]["thinking"], "Hm.");
  EXPECT_EQ(body["message"]["tool_calls"][0]["function"]["arguments"]["city"], "Rome");
  EXPECT_EQ(body["done"], true);
  EXPECT_EQ(body["done_reason"], "stop");
  EXPECT_EQ(body["eval_count"], 9);
  EXPECT_EQ(body["prompt_eval_duration"], 2'000'000);
  EXPECT_EQ(body["total_duration"], 6'000'000);
  EXPECT_EQ(body["warnings"][0], "w");
  EXPECT_EQ(body["created_at"], "1970-01-01T00:00:00Z");
}

TEST(OllamaAnswerTest, TheLinesAddUpToTheWholeAnswer) {
  const auto lines = streamed(kEvents);
  json sum = lines.back();
  std::string content;
  std::string thinking;
  json calls;
  for (const json& line : lines) {
    EXPECT_EQ(line["done"], &line == &lines.back());
    content += line["message"]["content"].get<std::string>();
    thinking += line["message"].value("thinking", "");
    if (line["message"].contains("tool_calls")) calls = line["message"]["tool_calls"];
  }
  sum["message"]["content"] = content;
  sum["message"]["thinking"] = thinking;
  sum["message"]["tool_calls"] = calls;
  EXPECT_EQ(sum, whole());
}

TEST(OllamaAnswerTest, GenerateHasItsTextInTheResponse) {
  EXPECT_EQ(whole(OllamaShape::Generate)["response"], "Hello");
  EXPECT_EQ(streamed(kEvents, OllamaShape::Generate)[1]["response"], "Hel");
}

TEST(OllamaAnswerTest, AFailureIsAnErrorLineAndTheEnd) {
  const auto lines = streamed({TextDelta{"a"}, Failed{{ErrorCode::Internal, "broken"}, {}, {}}});
  EXPECT_EQ(lines.back()["error"], "broken");
}

TEST(OllamaAnswerTest, LengthIsAReason) {
  EXPECT_EQ(streamed({Finished{FinishReason::Length}}).back()["done_reason"], "length");
}

TEST(OllamaAnswerTest, TimesAreWritten) {
  EXPECT_EQ(rfc3339(1'767'323'045), "2026-01-02T03:04:05Z");
}

}  // namespace
}  // namespace pcai::ollama
