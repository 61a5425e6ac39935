#include "grammar/json_schema.h"

#include <gtest/gtest.h>

namespace pcai::grammar {
namespace {

TEST(PrepareSchemaTest, ASchemaKeepsItsOrderAndItsParts) {
  const auto prepared = prepare_schema(R"({"properties":{"b":{},"a":{}},"type":"object"})");
  ASSERT_TRUE(prepared);
  EXPECT_EQ(prepared->find(R"({"properties":{"b":{},"a":{}},"type":"object")"), 0U);
  EXPECT_TRUE(prepare_schema("true"));
}

TEST(FindFaultTest, TheInnermostPartIsNamed) {
  int asked = 0;
  const auto validate = [&asked](const std::string& part) -> std::string {
    ++asked;
    return part.find("bad") != std::string::npos ? "bad" : "";
  };
  const SchemaFault fault =
      find_fault(R"({"$defs":{"x":{"not":{"type":"bad"}}},"items":{"type":"string"}})", validate);
  EXPECT_EQ(fault.path, "$.$defs.x.not");
  EXPECT_EQ(fault.reason, "bad");
  EXPECT_GT(asked, 1);
}

TEST(FindFaultTest, TheNumberOfPartsThatAreTriedIsBounded) {
  std::string schema = R"({"properties":{)";
  for (int i = 0; i < 5000; ++i) {
    schema += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + "\":{\"type\":\"string\"}";
  }
  schema += "},\"type\":\"bad\"}";
  int asked = 0;
  const SchemaFault fault = find_fault(schema, [&asked](const std::string& part) {
    ++asked;
    return std::string(part.find("bad") != std::string::npos ? "bad" : "");
  });
  EXPECT_EQ(fault.path, "$");
  EXPECT_LT(asked, 200);
}

}  // namespace
}  // namespace pcai::grammar
