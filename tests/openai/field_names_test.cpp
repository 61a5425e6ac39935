#include "api/field_names.h"

#include <gtest/gtest.h>

namespace pcai::openai {
namespace {

constexpr api::FieldName kNames[] = {
    {"messages", "input"}, {"grammar", "text.format"}, {"tools[].function", "tools[]"}};

Error renamed(std::string message, std::string field) {
  Error error{ErrorCode::InvalidRequest, std::move(message), std::move(field)};
  api::rename_field(error, kNames);
  return error;
}

TEST(FieldNamesTest, AnErrorSpeaksTheRoutesWords) {
  Error error = renamed("messages[2].content is bad", "messages[2].content");
  EXPECT_EQ(error.field, "input[2].content");
  EXPECT_EQ(error.message, "input[2].content is bad");
  error = renamed("grammar: cannot", "grammar");
  EXPECT_EQ(error.field, "text.format");
  EXPECT_EQ(error.message, "text.format: cannot");
  error = renamed("the prompt is too long", "messages");
  EXPECT_EQ(error.field, "input");
  EXPECT_EQ(error.message, "the prompt is too long");
}

TEST(FieldNamesTest, AnIndexIsKept) {
  const Error error = renamed("tools[12].function.parameters.x cannot be enforced",
                              "tools[12].function.parameters.x");
  EXPECT_EQ(error.field, "tools[12].parameters.x");
  EXPECT_EQ(error.message, "tools[12].parameters.x cannot be enforced");
  EXPECT_EQ(renamed("tools[1].functional", "tools[1].functional").field, "tools[1].functional");
  EXPECT_EQ(renamed("tools", "tools").field, "tools");
}

TEST(FieldNamesTest, OtherFieldsKeepTheirNames) {
  EXPECT_EQ(renamed("messages_b is bad", "messages_b").field, "messages_b");
  EXPECT_EQ(renamed("stop is bad", "stop").message, "stop is bad");
  EXPECT_EQ(renamed("the server failed", "").field, "");
}

}  // namespace
}  // namespace pcai::openai
