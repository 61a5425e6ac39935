#include "backend/answer/chat/tool_prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pcai::backend::answer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const ToolDefinition kWeather{"weather", "Tells the weather",
                              R"({"type":"object","properties":{"city":{"type":"string"}}})"};

TEST(DescribeToolsTest, ToolsAreDescribedInTheSystemMessage) {
  const auto messages =
      describe_tools({.messages = {{Role::System, "Be brief."}, {Role::User, "?"}},
                      .tools = {.definitions = {kWeather}}});
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_THAT(*messages[0].content, HasSubstr("Be brief.\n"));
  EXPECT_THAT(*messages[0].content, HasSubstr(R"("name":"weather","description":"Tells the)"));
  EXPECT_THAT(*messages[0].content, HasSubstr(R"("properties":{"city":{"type":"string"}})"));
  EXPECT_THAT(*messages[0].content, HasSubstr("<tool_call>\n{\"name\": \"function-name\""));
}

TEST(DescribeToolsTest, WithoutASystemMessageOneIsMade) {
  const auto messages =
      describe_tools({.messages = {{Role::User, "?"}},
                      .tools = {.definitions = {kWeather}, .choice = ToolChoice::Required}});
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].role, Role::System);
  EXPECT_THAT(*messages[0].content, HasSubstr("Answer with a call of one of them"));
}

TEST(DescribeToolsTest, CallsAndTheirResultsBecomeText) {
  const auto messages =
      describe_tools({.messages = {{Role::User, "Rome and Oslo?"},
                                   {.role = Role::Assistant,
                                    .tool_calls = {{"1", "weather", "{\"city\": \"Rome\"}"},
                                                   {"2", "weather", "{\"city\": \"Oslo\"}"}}},
                                   {.role = Role::Tool, .content = "sun", .tool_call_id = "1"},
                                   {.role = Role::Tool, .content = "rain", .tool_call_id = "2"},
                                   {Role::Assistant, "Sun and rain."}}});
  ASSERT_EQ(messages.size(), 4U) << "no tools are offered any more, so no system message";
  EXPECT_EQ(
      *messages[1].content,
      "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>"
      "\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Oslo\"}}\n"
      "</tool_call>");
  EXPECT_TRUE(messages[1].tool_calls.empty());
  EXPECT_EQ(messages[2].role, Role::User);
  EXPECT_EQ(*messages[2].content,
            "<tool_response>\nsun\n</tool_response>\n<tool_response>\nrain\n</tool_response>");
  EXPECT_EQ(*messages[3].content, "Sun and rain.");
}

}  // namespace
}  // namespace pcai::backend::answer
