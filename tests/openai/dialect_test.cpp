#include "api/dialect.h"

#include <gtest/gtest.h>

#include "core/parameters/parameters.h"
#include "core/path.h"
#include "openai/dialects.h"

namespace pcai::openai {
namespace {

Error translated(const api::Dialect& dialect, const std::string& message, const std::string& field,
                 const api::Places& places = {}) {
  return dialect.translate({ErrorCode::InvalidRequest, message, field}, places);
}

TEST(DialectTest, AnErrorSpeaksTheRoutesWords) {
  const Error error = translated(kResponsesDialect, "grammar: cannot be", "grammar");
  EXPECT_EQ(error.field, "text.format");
  EXPECT_EQ(error.message, "text.format: cannot be");
  EXPECT_EQ(error.code, ErrorCode::InvalidRequest);
}

TEST(DialectTest, TheMessageSaysTheNameWhereverItStands) {
  EXPECT_EQ(translated(kResponsesDialect, "too long; shorten the messages", "messages").message,
            "too long; shorten the input");
  EXPECT_EQ(translated(kChatDialect, "set 'adapters' to none", "adapters").message,
            "set 'lora' to none");
}

TEST(DialectTest, WordsThatOnlyBeginAsTheNameStay) {
  EXPECT_EQ(translated(kTokenizeDialect, "the textual text is bad", "text").message,
            "the textual content is bad");
  EXPECT_EQ(translated(kResponsesDialect, "messages[1] is in messages", "messages").message,
            "messages[1] is in input");
}

TEST(DialectTest, IndicesAreKept) {
  const std::string path = "messages[12].tool_calls[3].arguments";
  const Error error = translated(kChatDialect, path + " is not JSON", path);
  EXPECT_EQ(error.field, "messages[12].tool_calls[3].function.arguments");
  EXPECT_EQ(error.message, error.field + " is not JSON");
}

TEST(DialectTest, WhatIsBelowAPathKeepsItsName) {
  EXPECT_EQ(translated(kChatDialect, "", "tools[7].parameters.x").field,
            "tools[7].function.parameters.x");
  EXPECT_EQ(translated(kChatDialect, "", "tools[7].parametersx").field, "tools[7].parametersx");
  EXPECT_EQ(translated(kResponsesDialect, "", "stop[2]").field, "stop[2]");
}

TEST(DialectTest, AWarningSpeaksTheRoutesWords) {
  EXPECT_EQ(
      kChatDialect.translate_warning("tools[1].parameters.properties.a.not: not enforced: b: c"),
      "tools[1].function.parameters.properties.a.not: not enforced: b: c");
  api::Places places;
  places.add("tools", "functions");
  EXPECT_EQ(kChatDialect.translate_warning("tools[1].parameters: x", places),
            "functions[1].parameters: x");
  for (const char* const other : {"nothing that has a path", "weather: x", ""}) {
    EXPECT_EQ(kChatDialect.translate_warning(other), other);
  }
}

TEST(DialectTest, AFieldThatTheApiDoesNotHaveIsNotTheClients) {
  const Error error = translated(kCompletionDialect, "grammar: no", "grammar");
  EXPECT_EQ(error.field, "");
  EXPECT_EQ(error.message, "grammar: no");
}

TEST(DialectTest, ParametersAreCalledAsTheApiCallsThemAll) {
  EXPECT_EQ(translated(kChatDialect, "min_p: no", "min_p").field, "min_p");
  api::Dialect dialect = kChatDialect;
  dialect.parameters = "options.";
  EXPECT_EQ(translated(dialect, "min_p: no", "min_p").message, "options.min_p: no");
  EXPECT_EQ(translated(dialect, "", "stop[1]").field, "options.stop[1]");
  dialect.parameters.reset();
  EXPECT_EQ(translated(dialect, "min_p: no", "min_p").field, "");
}

TEST(DialectTest, OtherFieldsKeepTheirNames) {
  EXPECT_EQ(translated(kChatDialect, "dimensions: no", "dimensions").field, "dimensions");
  EXPECT_EQ(translated(kChatDialect, "no", "").message, "no");
}

TEST(PlacesTest, TheClientsPlaceIsNamed) {
  api::Places places;
  places.add("tools", "functions");
  places.add_whole("messages[0]", "instructions");
  places.add_whole("messages[1].content", "input[4].output");
  const auto field = [&](const char* path) {
    return translated(kResponsesDialect, "", path, places).field;
  };
  EXPECT_EQ(field("tools[1].parameters"), "functions[1].parameters");
  EXPECT_EQ(field("messages[0].content"), "instructions");
  EXPECT_EQ(field("messages[1].content"), "input[4].output");
  EXPECT_EQ(field("messages[10].content"), "input");
  EXPECT_EQ(field("messages"), "input");
}

TEST(PlacesTest, ItemsThatComeBeforeShiftTheRest) {
  api::Places places;
  places.add_whole("messages[9].content", "input[0].content");
  places.add_whole("grammar", "text.format");
  places.shift("messages", 3);
  EXPECT_EQ(places.find("messages[12].content"), "input[0].content");
  EXPECT_EQ(places.find("messages[9].content"), std::nullopt);
  EXPECT_EQ(places.find("grammar"), "text.format");
}

void expect_complete(const api::Dialect& dialect, std::span<const std::string_view> paths) {
  for (const std::string_view path : paths) {
    EXPECT_TRUE(dialect.name_of(path).has_value()) << path;
  }
}

TEST(DialectTest, EachHasAWordForAllThatTheCoreMayName) {
  for (const api::Dialect* const dialect :
       {&kChatDialect, &kCompletionDialect, &kResponsesDialect}) {
    expect_complete(*dialect, kGeneratePaths);
    expect_complete(*dialect, parameter_paths());
  }
  expect_complete(kCompletionDialect, kDetokenizePaths);
  expect_complete(kEmbeddingDialect, kEmbedPaths);
  expect_complete(kRerankDialect, kRankPaths);
  expect_complete(kTokenizeDialect, kTokenizePaths);
  expect_complete(kDetokenizeDialect, kDetokenizePaths);
}

}  // namespace
}  // namespace pcai::openai
