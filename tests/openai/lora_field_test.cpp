#include <gtest/gtest.h>

#include "openai/completions/completion_request.h"

namespace pcai::openai {
namespace {

Result<CompletionRequest> parse(const std::string& lora) {
  return parse_completion_request(R"({"prompt":"a","lora":)" + lora + "}");
}

TEST(LoraFieldTest, AdaptersComeWithTheirScales) {
  const auto request = parse(R"([{"id":1,"scale":0.5},{"id":0,"scale":-2}])");
  ASSERT_TRUE(request) << request.error().message;
  const auto& adapters = request->generate.params.adapters;
  ASSERT_TRUE(adapters);
  ASSERT_EQ(adapters->size(), 2U);
  EXPECT_EQ(adapters->at(0).index, 1U);
  EXPECT_EQ(adapters->at(0).scale, 0.5F);
  EXPECT_EQ(adapters->at(1).index, 0U);
  EXPECT_EQ(adapters->at(1).scale, -2.0F);
}

TEST(LoraFieldTest, NoneIsNotAbsent) {
  const auto none = parse("[]");
  ASSERT_TRUE(none);
  ASSERT_TRUE(none->generate.params.adapters);
  EXPECT_TRUE(none->generate.params.adapters->empty());
  const auto absent = parse("null");
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->generate.params.adapters);
}

TEST(LoraFieldTest, WhatIsWrongIsRefusedByItsPlace) {
  const std::pair<const char*, const char*> all[] = {
      {R"({"id":0})", "lora"},
      {R"([7])", "lora[0]"},
      {R"([{"id":0,"scale":1},{"id":1}])", "lora[1].scale"},
      {R"([{"scale":1}])", "lora[0].id"},
      {R"([{"id":-1,"scale":1}])", "lora[0].id"},
      {R"([{"id":0.5,"scale":1}])", "lora[0].id"},
      {R"([{"id":0,"scale":"1"}])", "lora[0].scale"},
      {R"([{"id":0,"scale":1e300}])", "lora[0].scale"},
      {R"([{"id":0,"scale":1,"scael":2}])", "lora[0].scael"},
      {R"([{"id":0,"scale":1},{"id":0,"scale":1}])", "lora"},
  };
  for (const auto& [lora, field] : all) {
    const auto request = parse(lora);
    ASSERT_FALSE(request) << lora;
    EXPECT_EQ(request.error().field, field) << request.error().message;
  }
  std::string many = "[";
  for (int id = 0; id < 65; ++id) {
    many += (id > 0 ? "," : "") + (R"({"scale":1,"id":)" + std::to_string(id)) + "}";
  }
  const auto request = parse(many + "]");
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().field, "lora");
}

}  // namespace
}  // namespace pcai::openai
