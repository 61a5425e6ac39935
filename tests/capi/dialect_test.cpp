#include "capi/dialect.h"

#include <gtest/gtest.h>

#include "core/parameters/parameters.h"
#include "core/path.h"

namespace pcai::capi {
namespace {

TEST(AbiDialectTest, ItHasAWordForAllThatTheCoreMayName) {
  for (const std::string_view path : kGeneratePaths) {
    EXPECT_TRUE(kAbiDialect.name_of(path).has_value()) << path;
  }
  for (const std::string_view path : parameter_paths()) {
    EXPECT_TRUE(kAbiDialect.name_of(path).has_value()) << path;
  }
}

TEST(AbiDialectTest, AnErrorNamesTheMemberOfTheRequest) {
  const auto field = [](const char* path, const GenerateRequest& request = {}) {
    return kAbiDialect.translate({ErrorCode::InvalidRequest, "", path}, places_of(request)).field;
  };
  EXPECT_EQ(field("grammar"), "json_schema");
  EXPECT_EQ(field("adapters"), "lora");
  EXPECT_EQ(field("messages[2].content"), "messages[2].content");
  EXPECT_EQ(field("prompt", {.prompt = TextPrompt{"a"}}), "prompt");
  EXPECT_EQ(field("prompt", {.prompt = TokenPrompt{{1}}}), "tokens");
  EXPECT_EQ(field("reasoning_budget"), "") << "pcai_request has none";
}

}  // namespace
}  // namespace pcai::capi
