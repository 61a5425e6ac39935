#include "grammar/schema/json_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pcai::grammar {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const ValidateSchema kAnything = [](const std::string&) { return std::string(); };

/// Refuses every text with "bad" in it, and counts.
ValidateSchema no_bad(int& asked) {
  return [&asked](const std::string& text) {
    ++asked;
    return std::string(text.find("bad") != std::string::npos ? "bad" : "");
  };
}

std::vector<std::string> places(const PreparedSchema& prepared) {
  std::vector<std::string> all;
  for (const SchemaFault& fault : prepared.left_out) all.push_back(fault.place);
  return all;
}

TEST(PrepareSchemaTest, ASchemaKeepsItsOrder) {
  const auto prepared =
      prepare_schema(R"({"properties":{"b":{},"a":{}},"type":"object"})", {}, kAnything);
  ASSERT_TRUE(prepared);
  EXPECT_EQ(prepared->text.find(R"({"properties":{"b":{},"a":{}},"type":"object")"), 0U)
      << prepared->text;
  EXPECT_TRUE(prepare_schema("true", {}, kAnything));
}

TEST(PrepareSchemaTest, TheInnermostFaultIsNamed) {
  int asked = 0;
  const auto prepared = prepare_schema(
      R"({"$defs":{"x":{"items":{"pattern":"bad"}}},"properties":{"y":{"$ref":"#/$defs/x"}}})", {},
      no_bad(asked));
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(prepared.error().field, ".$defs.x.items.pattern");
  EXPECT_THAT(prepared.error().message, HasSubstr("bad"));
}

TEST(PrepareSchemaTest, EveryFaultOfARelaxedSchemaIsLeftOutAndNamed) {
  int asked = 0;
  const auto prepared = prepare_schema(
      R"({"type":"object","properties":{"a":{"type":"string","pattern":"bad1","minLength":1},)"
      R"("b":{"type":"string","pattern":"good"},"c":{"type":"array","uniqueItems":true},)"
      R"("d":{"items":{"enum":["bad2"]}}}})",
      {.relaxed = true}, no_bad(asked));
  ASSERT_TRUE(prepared);
  EXPECT_THAT(places(*prepared), ElementsAre(".properties.c.uniqueItems", ".properties.a.pattern",
                                             ".properties.d.items.enum"));
  EXPECT_THAT(prepared->text, HasSubstr(R"("a":{"type":"string","minLength":1})"));
  EXPECT_THAT(prepared->text, HasSubstr(R"("pattern":"good")"));
}

TEST(PrepareSchemaTest, AFaultAmongThousandsOfPartsIsFoundInFewSteps) {
  std::string schema = R"({"type":"object","properties":{)";
  for (int i = 0; i < 5000; ++i) {
    schema += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + "\":{\"type\":\"string\"" +
              (i == 3210 ? R"(,"pattern":"bad"})" : "}");
  }
  int asked = 0;
  const auto prepared = prepare_schema(schema + "}}", {}, no_bad(asked));
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().field, ".properties.p3210.pattern");
  EXPECT_LT(asked, 60);
}

TEST(PrepareSchemaTest, ARelaxedSchemaThatNeverCompilesIsAnyObject) {
  int asked = 0;
  const auto never = [&asked](const std::string&) {
    ++asked;
    return std::string("never");
  };
  const auto prepared =
      prepare_schema(R"({"type":"object","properties":{"a":{}}})", {.relaxed = true}, never);
  ASSERT_TRUE(prepared);
  EXPECT_FALSE(prepared->left_out.empty());
  EXPECT_LT(asked, 5000);
}

}  // namespace
}  // namespace pcai::grammar
