#include "api/field.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <tuple>

#include "api/fields/sampling_fields.h"
#include "bodies.h"
#include "openai/chat/chat_fields.h"

namespace pcai::openai {
namespace {

/// Every field of the chat route.
std::vector<api::FieldInfo> all_fields() {
  std::vector<api::FieldInfo> all;
  for (const auto& field : answer_fields()) all.push_back(field);
  for (const auto& field : chat_fields()) all.push_back(field);
  for (const auto& field : api::sampling_fields()) all.push_back(field);
  return all;
}

std::string member(const api::FieldInfo& field, const std::string& value) {
  // The fields that only make sense beside another one get it.
  std::string beside;
  if (field.name == "top_logprobs") beside = R"("logprobs":true,)";
  if (field.name == "stream_options") beside = R"("stream":true,)";
  return beside + "\"" + std::string(field.name) + "\":" + value;
}

bool accepts(const api::FieldInfo& field, const std::string& value) {
  return parse_chat_request(chat_body(member(field, value))).has_value();
}

/// The error must be the client's and name the field.
void expect_refused(const api::FieldInfo& field, const std::string& value) {
  const Error error = error_of(chat_body(member(field, value)));
  EXPECT_EQ(error.code, ErrorCode::InvalidRequest) << field.name << " = " << value;
  EXPECT_EQ(error.field, field.name) << value << ": " << error.message;
  EXPECT_EQ(error.message.find(field.name), 0U) << error.message;
}

TEST(FieldTest, NamesAreUniqueAndDescribed) {
  std::set<std::string_view> names;
  for (const api::FieldInfo& field : all_fields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_FALSE(field.description.empty()) << field.name;
    if (!field.default_json.empty()) {
      EXPECT_TRUE(api::Json::accept(field.default_json)) << field.name;
    }
  }
}

TEST(FieldTest, HonouredFieldsHaveAReaderAndOthersHaveNone) {
  for (const auto& field : chat_fields()) {
    EXPECT_EQ(field.read != nullptr, field.effect == api::FieldEffect::Honoured) << field.name;
  }
  for (const auto& field : api::sampling_fields()) {
    EXPECT_TRUE(field.read || field.read_telling) << field.name;
  }
}

TEST(FieldTest, TheRangesAreThoseOfTheApi) {
  const auto range_of = [](std::string_view name) {
    for (const api::FieldInfo& field : all_fields()) {
      if (field.name == name) return field.range;
    }
    ADD_FAILURE() << "no field " << name;
    return Range{};
  };
  const std::vector<std::tuple<const char*, double, double, bool>> expected = {
      {"temperature", 0, 2, false},
      {"top_p", 0, 1, false},
      {"min_p", 0, 1, false},
      {"frequency_penalty", -2, 2, false},
      {"presence_penalty", -2, 2, false},
      {"repeat_penalty", 0, 10, true},
      {"repeat_last_n", -1, 1'048'576, false},
      {"max_tokens", 1, 2'147'483'647, false},
      {"max_completion_tokens", 1, 2'147'483'647, false},
      {"n", 1, 128, false},
      {"top_logprobs", 0, 20, false},
      {"stop", 0, 16, false},
      {"logit_bias", 0, 1024, false},
      {"messages", 1, 4096, false},
  };
  for (const auto& [name, min, max, above_min] : expected) {
    const Range range = range_of(name);
    EXPECT_EQ(range.min, min) << name;
    EXPECT_EQ(range.max, max) << name;
    EXPECT_EQ(range.above_min, above_min) << name;
  }
}

TEST(FieldTest, EveryNumberHasBoundsThatHoldAtBothEnds) {
  int tested = 0;
  for (const api::FieldInfo& field : all_fields()) {
    if (field.type != api::FieldType::Integer && field.type != api::FieldType::Number) continue;
    if (field.name == "seed") continue;  // has the whole 64 bits, see ChatRequestTest
    SCOPED_TRACE(field.name);
    const bool integer = field.type == api::FieldType::Integer;
    const auto text = [&](double value) {
      return api::to_text(integer ? api::Json(std::int64_t(value)) : api::Json(value));
    };
    const double step = integer ? 1 : 0.001;
    ASSERT_TRUE(std::isfinite(field.range.min) && std::isfinite(field.range.max));
    EXPECT_EQ(accepts(field, text(field.range.min)), !field.range.above_min);
    EXPECT_TRUE(accepts(field, text(field.range.min + step)));
    EXPECT_TRUE(accepts(field, text(field.range.max)));
    expect_refused(field, text(field.range.min - step));
    expect_refused(field, text(field.range.max + step));
    expect_refused(field, "1e30");
    expect_refused(field, "-1e30");
    expect_refused(field, "1e308");
    ++tested;
  }
  EXPECT_GE(tested, 11);
}

TEST(FieldTest, AWrongTypeIsRefusedWithTheFieldsName) {
  using enum api::FieldType;
  const std::vector<std::pair<std::string, std::set<api::FieldType>>> samples = {
      {"true", {Boolean}},
      {"\"3\"", {String, StringOrArray, StringOrObject}},
      {"1.5", {Number}},
      {"1", {Number, Integer}},
      {"[]", {Array, StringOrArray}},
      {"{}", {Object, StringOrObject}},
  };
  for (const api::FieldInfo& field : all_fields()) {
    if (field.type == Any) continue;
    for (const auto& [value, types] : samples) {
      if (!types.contains(field.type)) expect_refused(field, value);
    }
  }
}

TEST(FieldTest, IntegersMayNotBeFractionsTextOrBooleans) {
  for (const api::FieldInfo& field : all_fields()) {
    if (field.type != api::FieldType::Integer) continue;
    for (const char* value : {"1e30", "1.5", "\"3\"", "true", "1e-3", "18446744073709551616",
                              "-9223372036854775809", "123456789012345678901234567890"}) {
      expect_refused(field, value);
    }
  }
}

TEST(FieldTest, AnIntegerWrittenAsAWholeFloatIsOne) {
  EXPECT_EQ(parse_chat_request(chat_body("\"n\":2.0"))->n, 2U);
  EXPECT_EQ(parse_chat_request(chat_body("\"max_tokens\":1e2"))->generate.params.max_tokens, 100U);
  EXPECT_EQ(parse_chat_request(chat_body("\"top_k\":-0.0"))->generate.params.top_k, 0);
}

TEST(FieldTest, NullEqualsAbsentForEveryOptionalField) {
  const auto bare = parse_chat_request(chat_body());
  ASSERT_TRUE(bare);
  for (const api::FieldInfo& field : all_fields()) {
    if (field.required || field.name == "model") continue;
    const auto parsed = parse_chat_request(chat_body(member(field, "null")));
    ASSERT_TRUE(parsed) << field.name << ": " << parsed.error().message;
    EXPECT_TRUE(parsed->warnings.empty()) << field.name;
    EXPECT_EQ(parsed->n, bare->n);
    EXPECT_EQ(parsed->generate.params.max_tokens, bare->generate.params.max_tokens);
  }
}

TEST(FieldTest, TheDescribedDefaultIsWhatAnAbsentFieldGets) {
  const GenerateParams params;
  std::set<std::string> seen;
  for (const api::FieldInfo& field : all_fields()) {
    if (field.default_json.empty()) continue;
    seen.insert(std::string(field.name) + "=" + field.default_json);
    EXPECT_TRUE(accepts(field, field.default_json)) << field.name;
  }
  for (const char* expected : {"temperature=0.7", "top_p=0.9", "top_k=40", "max_tokens=2048", "n=1",
                               "stream=false", "repeat_last_n=64"}) {
    EXPECT_TRUE(seen.contains(expected)) << expected;
  }
}

std::vector<std::string> warnings_of(const std::string& body) {
  const auto parsed = parse_chat_request(body);
  EXPECT_TRUE(parsed) << body.substr(0, 200) << ": " << parsed.error().message;
  return parsed ? parsed->warnings.lines() : std::vector<std::string>{};
}

TEST(FieldTest, AnUnknownFieldIsToldByItsPath) {
  EXPECT_EQ(warnings_of(chat_body("\"colour\":1")),
            std::vector<std::string>{"colour is not known here and has no effect"});
  EXPECT_EQ(warnings_of(R"({"messages":[{"role":"user","content":"x","mane":1}]})"),
            std::vector<std::string>{"messages[0].mane is not known here and has no effect"});
  EXPECT_TRUE(warnings_of(chat_body("\"colour\":null")).empty());
}

TEST(FieldTest, AStrictServersRefusalNamesTheFirstOfThem) {
  const auto parsed = parse_chat_request(chat_body("\"user\":\"u\",\"colour\":1,\"size\":2"));
  ASSERT_TRUE(parsed);
  ASSERT_TRUE(parsed->warnings.unknown());
  EXPECT_EQ(parsed->warnings.unknown()->field, "colour");
  EXPECT_EQ(parsed->warnings.unknown()->message, "this route has no field 'colour'; leave it out");
  EXPECT_FALSE(parse_chat_request(chat_body("\"user\":\"u\""))->warnings.unknown());
}

TEST(FieldTest, AMisspeltFieldIsRefusedWithTheRightName) {
  const Error error = error_of(chat_body("\"temprature\":1"));
  EXPECT_EQ(error.code, ErrorCode::InvalidRequest);
  EXPECT_EQ(error.field, "temprature");
  EXPECT_EQ(error.message, "this route has no field 'temprature'; did you mean 'temperature'?");
  EXPECT_TRUE(parse_chat_request(chat_body("\"temprature\":null")));
  const std::pair<const char*, const char*> all[] = {
      {"max_token", "max_tokens"}, {"maxTokens", "max_tokens"},
      {"messagess", "messages"},   {"strem", "stream"},
      {"seedd", "seed"},           {"tool_choise", "tool_choice"},
      {"modle", "model"},          {"respones_format", "response_format"}};
  for (const auto& [name, meant] : all) {
    EXPECT_NE(error_of(chat_body("\"" + std::string(name) + "\":1"))
                  .message.find("did you mean '" + std::string(meant) + "'?"),
              std::string::npos)
        << name;
  }
  EXPECT_EQ(error_of(R"({"messages":[{"role":"user","content":"x","contnet":1}]})").field,
            "messages[0].contnet");
}

TEST(FieldTest, ShortNamesAndThoseOfOtherServersAreNoMisspellings) {
  for (const char* name : {"foo", "id", "sed", "top", "x", "mane", "topP"}) {
    EXPECT_EQ(warnings_of(chat_body("\"" + std::string(name) + "\":1")).size(), 1U) << name;
  }
  for (const char* name : {"models",
                           "top_a",
                           "top_n",
                           "typical",
                           "min_tokens",
                           "n_keep",
                           "speed",
                           "provider",
                           "route",
                           "transforms",
                           "plugins",
                           "usage",
                           "reasoning",
                           "thinking",
                           "extra_body",
                           "num_ctx",
                           "n_predict",
                           "cache_salt",
                           "priority",
                           "skip_special_tokens",
                           "stop_token_ids",
                           "include_stop_str_in_output",
                           "repetition_penalty_range",
                           "do_sample",
                           "draft_model",
                           "request_id",
                           "session_id",
                           "tags",
                           "safe_prompt",
                           "random_seed"}) {
    EXPECT_EQ(warnings_of(chat_body("\"" + std::string(name) + "\":1")).size(), 1U) << name;
  }
}

TEST(FieldTest, ManyUnknownFieldsAreCountedNotListed) {
  std::string members;
  for (int i = 0; i < 10'000; ++i) members += ",\"unheard_" + std::to_string(i) + "\":1";
  const auto warnings = warnings_of(chat_body(members.substr(1)));
  EXPECT_EQ(warnings.size(), api::Warnings::kMostLines + 1);
  EXPECT_EQ(warnings.back(), "and 9968 more");
}

TEST(FieldTest, AnUnknownFieldOfAnyLengthMakesAShortWarning) {
  const auto warnings = warnings_of(chat_body("\"" + std::string(1 << 20, 'x') + "\":1"));
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_LT(warnings[0].size(), 200U);
}

TEST(FieldTest, AHeadersLineIsBoundedAsciiWithCommasBetweenItsItemsOnly) {
  api::Warnings warnings;
  EXPECT_EQ(warnings.line(), "");
  warnings.add("a, b\r\nc é");
  warnings.add("d");
  warnings.add("d");
  EXPECT_EQ(warnings.line(), "a; b??c ??, d");
  for (int i = 0; i < 100; ++i) warnings.add(std::string(100, 'x') + std::to_string(i));
  EXPECT_LE(warnings.line().size(), api::Warnings::kMostLineBytes);
  EXPECT_NE(warnings.line().find(" more"), std::string::npos);
  EXPECT_EQ(warnings.lines().back(), "and 70 more");
}

TEST(FieldTest, WarningsThatComeLaterAreToldOnce) {
  api::Warnings warnings;
  warnings.add("a");
  EXPECT_EQ(warnings.add_all({"a", "b"}), std::vector<std::string>{"b"});
  EXPECT_TRUE(warnings.add_all({"a", "b"}).empty());
  EXPECT_EQ(api::with_warnings("{}", warnings), R"({"warnings":["a","b"]})");
  EXPECT_EQ(api::with_warnings(R"({"x":1})", warnings), R"({"x":1,"warnings":["a","b"]})");
  EXPECT_EQ(api::with_warnings("{}", {}), "{}");
}

TEST(FieldTest, WhatChangesTheAnswersMeaningIsRefusedUnlessItAsksForNothing) {
  for (const api::RefusedField& field : api::refused_fields()) {
    if (field.name == "grammar" || field.name == "json_schema") continue;  // chat has them
    const std::string name = "\"" + std::string(field.name) + "\":";
    const Error error = error_of(chat_body(name + "\"x\""));
    EXPECT_EQ(error.code, ErrorCode::Unsupported) << field.name;
    EXPECT_EQ(error.field, field.name);
    for (const char* nothing : {"false", "\"\"", "[]", "{}", "null"}) {
      EXPECT_TRUE(parse_chat_request(chat_body(name + nothing))) << field.name << nothing;
    }
  }
  // They are fields of the body alone.
  EXPECT_EQ(warnings_of(R"({"messages":[{"role":"user","content":"x","thread":{"a":1}}]})").size(),
            1U);
}

TEST(FieldTest, MessagesSayWhatIsWantedAndWhatCame) {
  const auto message = [](const std::string& members) {
    return error_of(chat_body(members)).message;
  };
  EXPECT_EQ(message("\"temperature\":3.5"), "temperature must be from 0 to 2, not 3.5");
  EXPECT_EQ(message("\"repeat_penalty\":0"),
            "repeat_penalty must be above 0 and at most 10, not 0");
  EXPECT_EQ(message("\"max_tokens\":0"), "max_tokens must be from 1 to 2147483647 or -1, not 0");
  EXPECT_EQ(message("\"max_tokens\":18446744073709551615"),  // its bits are those of -1
            "max_tokens must be from 1 to 2147483647 or -1, not 18446744073709551615");
  EXPECT_EQ(message("\"n\":\"3\""), "n must be an integer, not a string");
  EXPECT_EQ(message("\"n\":1.5"), "n must be an integer, not 1.5");
  EXPECT_EQ(message("\"n\":129"), "n must be from 1 to 128, not 129");
  EXPECT_EQ(message("\"stop\":[\"\"]"), "stop[0] must have from 1 to 256 bytes, not 0");
  EXPECT_EQ(error_of("[]").message, "the body must be an object, not an array");
  EXPECT_EQ(error_of("{}").message, "messages is required");
}

TEST(FieldTest, IgnoredFieldsAreNamedInTheWarnings) {
  int tested = 0;
  for (const api::FieldInfo& field : all_fields()) {
    if (field.effect != api::FieldEffect::Ignored) continue;
    const std::string value = field.type == api::FieldType::Boolean  ? "true"
                              : field.type == api::FieldType::Object ? R"({"a":[1]})"
                                                                     : "\"x\"";
    const auto parsed = parse_chat_request(chat_body(member(field, value)));
    ASSERT_TRUE(parsed) << field.name << ": " << parsed.error().message;
    EXPECT_EQ(parsed->warnings.lines(),
              std::vector<std::string>{std::string(field.name) + " has no effect here"});
    ++tested;
  }
  EXPECT_GE(tested, 11);
}

TEST(FieldTest, UnsupportedFieldsAreRefusedUnlessTheyAskForNothing) {
  int tested = 0;
  for (const api::FieldInfo& field : all_fields()) {
    if (field.effect != api::FieldEffect::Unsupported) continue;
    const auto [some, none] = field.type == api::FieldType::Array ? std::pair("[{}]", "[]")
                              : field.type == api::FieldType::String
                                  ? std::pair("\"x\"", "\"\"")
                                  : std::pair(R"({"a":1})", "{}");
    const Error error = error_of(chat_body(member(field, some)));
    EXPECT_EQ(error.code, ErrorCode::Unsupported) << field.name;
    EXPECT_EQ(error.field, field.name);
    EXPECT_TRUE(accepts(field, none)) << field.name;
    ++tested;
  }
  EXPECT_GE(tested, 1);
}

}  // namespace
}  // namespace pcai::openai
