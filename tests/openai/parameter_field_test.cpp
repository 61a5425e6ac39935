#include "api/fields/parameter_field.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "openai/bodies.h"
#include "openai/chat/chat_request.h"
#include "openai/completions/completion_request.h"
#include "openai/responses/responses_request.h"

namespace pcai::openai {
namespace {

/// A value that is another one than the default and in every API's range.
api::Json sample(const Parameter& parameter) {
  const Range range = api::parameter_info(parameter).range;
  if (parameter.text_bytes > 0) return api::Json::array({"END"});
  if (std::holds_alternative<bool GenerateParams::*>(parameter.member)) return true;
  if (parameter.name == "seed") return 7;
  const bool is_float = std::holds_alternative<float GenerateParams::*>(parameter.member);
  return is_float ? api::Json(range.max / 2) : api::Json(std::int64_t(range.max) - 1);
}

template <class Parse>
void expect_every_field(Parse parse, const std::string& input) {
  for (const Parameter& parameter : kParameters) {
    if (!parameter.faces.has(Face::Field)) continue;
    const std::string name(parameter.name);
    const std::string body = "{\"model\":\"m\"," + input + ",\"" + name + "\":";
    const auto parsed = parse(body + api::to_text(sample(parameter)) + "}", {});
    ASSERT_TRUE(parsed) << name << ": " << parsed.error().message;
    EXPECT_FALSE(is_default(parameter, parsed->generate.params)) << name;
    if (parameter.text_bytes > 0 || api::parameter_info(parameter).type == api::FieldType::Boolean)
      continue;
    const auto beyond = parse(body + "1e30}", {});
    ASSERT_FALSE(beyond) << name;
    EXPECT_EQ(beyond.error().code, ErrorCode::InvalidRequest);
    EXPECT_EQ(beyond.error().field, name);
  }
}

TEST(ParameterFieldTest, EveryParameterReachesItsPlaceFromEveryRoute) {
  expect_every_field(&parse_chat_request, R"("messages":[{"role":"user","content":"a"}])");
  expect_every_field(&parse_completion_request, R"("prompt":"a")");
  const auto parse_responses = [](std::string_view body, const DefaultsOf& defaults) {
    return parse_responses_request(body, defaults);
  };
  expect_every_field(parse_responses, R"("input":"a")");
}

TEST(ParameterFieldTest, APeersSecondNameYieldsToOurs) {
  const auto parsed = parse_chat_request(
      R"({"model":"m","messages":[{"role":"user","content":"a"}],"repeat_penalty":1.5,)"
      R"("repetition_penalty":1.25})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->generate.params.repeat_penalty, 1.5F);
}

}  // namespace
}  // namespace pcai::openai
