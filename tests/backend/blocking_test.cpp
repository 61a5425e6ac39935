#include "backend/blocking.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "backend/fake_fixture.h"

namespace pcai::backend {
namespace {

TEST(BlockingTest, GenerateReturnsTheWholeAnswer) {
  const auto model = load_fake();
  const auto response = generate(*model, chat_request("hello there"));
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->content, "You said: hello there");
  EXPECT_EQ(response->finish_reason, FinishReason::Stop);
  EXPECT_EQ(response->tokens_generated, 4U);
  EXPECT_EQ(response->usage.prompt_tokens, 2U);
}

TEST(BlockingTest, StreamingGivesThePiecesOfTheSameAnswer) {
  const auto model = load_fake();
  std::vector<std::string> pieces;
  const auto response =
      generate_streaming(*model, chat_request("hello there"), [&](std::string_view text) {
        pieces.emplace_back(text);
        return true;
      });
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(pieces, (std::vector<std::string>{"You", " said:", " hello", " there"}));
}

TEST(BlockingTest, ReturningFalseCancels) {
  const auto model = load_fake();
  GenerateParams endless;
  endless.ignore_eos = true;
  int pieces = 0;
  const auto response = generate_streaming(*model, chat_request("go on\nfake: delay_ms=1", endless),
                                           [&](std::string_view) { return ++pieces < 3; });
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::Cancelled);
}

TEST(BlockingTest, ARefusalIsReturned) {
  const auto model = load_fake();
  GenerateParams params;
  params.top_p = 3;
  const auto response = generate(*model, chat_request("hello", params));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().field, "top_p");
}

TEST(BlockingTest, AFailureOnTheWayIsReturned) {
  const auto model = load_fake();
  const auto response = generate(*model, chat_request("hello\nfake: fail_after=1"));
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, ErrorCode::Internal);
}

TEST(BlockingTest, ToolCallsArePutTogether) {
  const auto model = load_fake();
  const auto response =
      generate(*model, chat_request("weather?\nfake: tool=get_weather args={\"city\": \"Oslo\"}"));
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->finish_reason, FinishReason::ToolCalls);
  ASSERT_EQ(response->tool_calls.size(), 1U);
  EXPECT_EQ(response->tool_calls[0].name, "get_weather");
  EXPECT_EQ(response->tool_calls[0].arguments, "{\"city\": \"Oslo\"}");
  EXPECT_FALSE(response->tool_calls[0].id.empty());
}

}  // namespace
}  // namespace pcai::backend
