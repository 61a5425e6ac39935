#include "backend/answer/prompt/short_tools.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pcai::backend::answer {
namespace {

using Json = nlohmann::ordered_json;

ChatPrompt with_schema(const char* parameters) {
  return {.messages = {{.role = Role::User, .content = "go"}},
          .tools = {.definitions = {{"look", "Looks at it", parameters}}}};
}

struct Tokenized {
  std::vector<int> tokens;
  std::vector<std::string> warnings;
};

/// A token for each byte of the schemas.
Result<Tokenized> tokenize(const ChatPrompt& chat) {
  return Tokenized{std::vector<int>(chat.tools.definitions.at(0).parameters.size()), {}};
}

TEST(ShortToolsTest, WhatOnlyExplainsIsLeftOutAndWhatIsEnforcedStays) {
  const auto shortened = without_annotations(with_schema(R"({
    "type": "object", "title": "Look", "description": "All of it", "$comment": "x",
    "properties": {
      "description": {"type": "string", "description": "A member of that name", "examples": ["a"]},
      "title": {"enum": ["default", {"title": "a value"}], "default": "default"},
      "list": {"type": "array", "items": {"type": "integer", "title": "n", "minimum": 3}},
      "either": {"anyOf": [{"const": {"description": "kept"}, "description": "gone"}, true]},
      "seen": {"$ref": "#/$defs/seen", "deprecated": true}},
    "required": ["description"], "additionalProperties": {"type": "null", "title": "none"},
    "$defs": {"seen": {"type": "boolean", "readOnly": true}}})"));
  ASSERT_TRUE(shortened);
  EXPECT_EQ(shortened->tools.definitions[0].description, "Looks at it");
  EXPECT_EQ(Json::parse(shortened->tools.definitions[0].parameters), Json::parse(R"({
    "type": "object",
    "properties": {
      "description": {"type": "string"},
      "title": {"enum": ["default", {"title": "a value"}]},
      "list": {"type": "array", "items": {"type": "integer", "minimum": 3}},
      "either": {"anyOf": [{"const": {"description": "kept"}}, true]},
      "seen": {"$ref": "#/$defs/seen"}},
    "required": ["description"], "additionalProperties": {"type": "null"},
    "$defs": {"seen": {"type": "boolean"}}})"));
}

TEST(ShortToolsTest, ThereMayBeNothingToLeaveOut) {
  EXPECT_FALSE(without_annotations(with_schema(R"({"type": "object"})")));
  EXPECT_FALSE(without_annotations(with_schema("")));
  EXPECT_FALSE(without_annotations(with_schema("no JSON")));
  ChatPrompt unseen = with_schema(R"({"title": "x"})");
  unseen.tools.choice = ToolChoice::None;
  EXPECT_FALSE(without_annotations(unseen));
  const std::string deep(5000, '[');
  EXPECT_FALSE(without_annotations(with_schema(deep.c_str())));
}

TEST(ShortToolsTest, OnlyAChatThatDoesNotFitIsShortened) {
  const ChatPrompt chat = with_schema(R"({"type": "object", "description": "long, long words"})");
  const auto whole = tokenize_to_fit<Tokenized>(chat, 1000, tokenize);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->warnings.empty());
  const auto fitting = tokenize_to_fit<Tokenized>(chat, 30, tokenize);
  ASSERT_TRUE(fitting);
  EXPECT_EQ(fitting->tokens.size(), std::string(R"({"type":"object"})").size());
  EXPECT_EQ(fitting->warnings, std::vector<std::string>{kShortTools});
  const auto too_long = tokenize_to_fit<Tokenized>(chat, 5, tokenize);
  ASSERT_TRUE(too_long);
  EXPECT_EQ(too_long->tokens.size(), chat.tools.definitions[0].parameters.size());
  EXPECT_TRUE(too_long->warnings.empty());
}

TEST(ShortToolsTest, OtherFailuresStayAsTheyAre) {
  const ChatPrompt chat = with_schema(R"({"type": "object", "description": "words"})");
  int asked = 0;
  const auto refuse = [&](ErrorCode code) {
    return [&asked, code](const ChatPrompt&) -> Result<Tokenized> {
      ++asked;
      return fail(code, "no", "messages");
    };
  };
  EXPECT_FALSE(tokenize_to_fit<Tokenized>(chat, 9, refuse(ErrorCode::InvalidRequest)));
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(tokenize_to_fit<Tokenized>(chat, 9, refuse(ErrorCode::ContextOverflow)));
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace pcai::backend::answer
