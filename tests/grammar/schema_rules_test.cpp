// What llguidance 1.9 alone would accept wrongly.
#include "grammar/schema/schema_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grammar/bytes.h"
#include "grammar/pattern/ecma_pattern.h"

namespace pcai::grammar {
namespace {

using ::testing::HasSubstr;

class SchemaRulesTest : public ::testing::Test {
 protected:
  bool matches(const std::string& schema, std::string_view text) {
    auto matcher = compiler_->compile({GrammarKind::JsonSchema, schema});
    if (!matcher) throw std::runtime_error(matcher.error().message);
    return bytes::matches(std::move(*matcher), text);
  }

  std::string refusal(const std::string& schema) {
    const auto matcher = compiler_->compile({GrammarKind::JsonSchema, schema});
    return matcher ? "" : "$" + matcher.error().field + ": " + matcher.error().message;
  }

  std::unique_ptr<GrammarCompiler> compiler_ = bytes::compiler();
};

TEST_F(SchemaRulesTest, ANameIsNotWrittenAroundItsSchemaByAnEscape) {
  const std::string schema =
      R"({"properties":{"a":{"type":"integer"}},"patternProperties":{"^x":{"type":"string"}},)"
      R"("additionalProperties":true})";
  EXPECT_TRUE(matches(schema, R"({"a": 1, "b": null})"));
  EXPECT_FALSE(matches(schema, R"({"\u0061": "text"})"));
  EXPECT_FALSE(matches(schema, R"({"\u0078": 1})"));
}

TEST_F(SchemaRulesTest, ADateIsADayThatThereIs) {
  const std::string date = R"({"type":"string","format":"date"})";
  for (const char* const day : {"2024-02-29", "2000-02-29", "2023-02-28", "9999-12-31"}) {
    EXPECT_TRUE(matches(date, '"' + std::string(day) + '"')) << day;
  }
  for (const char* const day :
       {"2023-02-29", "1900-02-29", "0000-01-01", "2024-04-31", "2024-13-01", "2024-00-10"}) {
    EXPECT_FALSE(matches(date, '"' + std::string(day) + '"')) << day;
  }
  const std::string time = R"({"type":"string","format":"date-time","pattern":"Z$"})";
  EXPECT_TRUE(matches(time, R"("2024-02-29T23:59:59.5Z")"));
  EXPECT_FALSE(matches(time, R"("2024-02-29T23:59:59.5+01:00")"));
  EXPECT_FALSE(matches(time, R"("2024-02-29T12:00:60Z")"));
  EXPECT_FALSE(matches(time, R"("2023-02-29T12:00:00Z")"));
}

TEST_F(SchemaRulesTest, ALongLookAheadIsASecondPattern) {
  const std::string name =
      R"({"type":"string","pattern":"^(?=.{3,200}$)[a-z]{1,63}(?:\\.[a-z]{1,63})*$"})";
  EXPECT_TRUE(matches(name, R"("a.b.c")"));
  EXPECT_FALSE(matches(name, R"("ab")"));
  EXPECT_FALSE(matches(name, R"("a..b")"));
  EXPECT_FALSE(matches(name, '"' + std::string(64, 'a') + '"'));
  const std::string emoji =
      R"({"type":"string","pattern":"^(?=[\\s\\S]*\\p{Extended_Pictographic}))"
      R"([\\p{Extended_Pictographic}\\p{Emoji_Component}]+$"})";
  EXPECT_TRUE(matches(emoji, "\"\u2600\""));
  EXPECT_FALSE(matches(emoji, R"("1")"));
  EXPECT_FALSE(matches(emoji, R"("a")"));
}

TEST_F(SchemaRulesTest, NamesMayHaveAFormat) {
  const std::string days = R"({"type":"object","propertyNames":{"format":"date"},)"
                           R"("additionalProperties":{"type":"null"}})";
  EXPECT_TRUE(matches(days, R"({"2024-02-29": null})"));
  EXPECT_FALSE(matches(days, R"({"2023-02-29": null})"));
  EXPECT_FALSE(matches(days, R"({"2024-02-29": 1})"));
  const std::string ids = R"({"type":"object","propertyNames":{"format":"uuid"}})";
  EXPECT_TRUE(matches(ids, R"({"0189DCDF-5a4f-7000-8000-0123456789ab": 1})"));
  EXPECT_FALSE(matches(ids, R"({"0189dcdf-5a4f-7000-8000-0123456789a": 1})"));
  EXPECT_NE(refusal(R"({"type":"object","propertyNames":{"format":"email"}})"), "");
  EXPECT_EQ(refusal(R"({"type":"object","propertyNames":{"format":"unknown"}})"), "");
}

TEST_F(SchemaRulesTest, AHostNameIsNotTooLong) {
  const std::string schema = R"({"type":"string","format":"hostname"})";
  std::string name = "a";
  for (int i = 0; i < 126; ++i) name += ".b";
  EXPECT_TRUE(matches(schema, '"' + name + '"'));
  EXPECT_FALSE(matches(schema, '"' + name + ".c\""));
}

TEST_F(SchemaRulesTest, NumbersThatADoubleCannotHoldAreRefused) {
  for (const char* const schema :
       {R"({"type":"integer","minimum":9007199254740993})",
        R"({"type":"integer","exclusiveMinimum":9007199254740992})",
        R"({"properties":{"a":{"enum":[1,{"b":[-9007199254740993]}]}}})"}) {
    EXPECT_THAT(refusal(schema), HasSubstr("2^53")) << schema;
  }
  EXPECT_TRUE(matches(R"({"type":"integer","maximum":9007199254740991})", "9007199254740991"));
  const std::string widest =
      R"({"type":"integer","minimum":-9223372036854774784,"maximum":9223372036854775807})";
  EXPECT_TRUE(matches(widest, "9223372036854775807"));
  EXPECT_FALSE(matches(widest, "9223372036854775808"));
  EXPECT_TRUE(matches(widest, "-9223372036854774784"));
  EXPECT_FALSE(matches(widest, "-9223372036854774785"));
  EXPECT_NE(refusal(R"({"minimum":-9223372036854775808})"), "");
  EXPECT_NE(refusal(R"({"maximum":9223372036854775808})"), "");
  EXPECT_NE(refusal(R"({"maximum":9223372036854775806})"), "");
  EXPECT_NE(refusal(R"({"maximum":9223372036854775807,"exclusiveMaximum":true})"), "");
}

TEST_F(SchemaRulesTest, SeveralMultiplesThatOverflowAreRefused) {
  EXPECT_THAT(refusal(R"({"allOf":[{"multipleOf":65536},{"multipleOf":65537}]})"),
              HasSubstr("multipleOf"));
  EXPECT_EQ(refusal(R"({"type":"integer","multipleOf":65536})"), "");
  const std::string both = R"({"type":"integer","allOf":[{"multipleOf":4},{"multipleOf":6}]})";
  EXPECT_TRUE(matches(both, "12"));
  EXPECT_FALSE(matches(both, "18"));
}

TEST_F(SchemaRulesTest, AnExcludedNumberIsNotTakenForItsFraction) {
  EXPECT_NE(refusal(R"({"type":"number","exclusiveMinimum":0,"maximum":0.5})"), "");
  EXPECT_NE(refusal(R"({"type":"number","minimum":-0.5,"exclusiveMaximum":0})"), "");
  EXPECT_NE(refusal(R"({"allOf":[{"exclusiveMinimum":5},{"exclusiveMaximum":5.5}]})"), "");
  const std::string schema = R"({"type":"number","exclusiveMinimum":0,"maximum":1})";
  EXPECT_TRUE(matches(schema, "0.01"));
  EXPECT_FALSE(matches(schema, "0"));
  EXPECT_EQ(refusal(R"({"type":"integer","exclusiveMinimum":0,"maximum":1.5})"), "");
}

TEST_F(SchemaRulesTest, ControlCharactersAreNotLeftOut) {
  EXPECT_THAT(refusal(R"({"enum":["a\u0001b"]})"), HasSubstr("control"));
  EXPECT_THAT(refusal(R"({"properties":{"a":{"const":{"b":["\u007f"]}}}})"),
              HasSubstr("$.properties.a"));
  for (const char* const pattern :
       {"^a\\u0001b$", R"(\\x1f)", R"(\\v)", R"([\\x00-\\x1f])", R"(\\u{7f})"}) {
    EXPECT_THAT(refusal(R"({"pattern":")" + std::string(pattern) + "\"}"), HasSubstr("control"))
        << pattern;
  }
  EXPECT_TRUE(matches(R"({"enum":["a\tb\n"]})", R"("a\tb\n")"));
}

TEST_F(SchemaRulesTest, TuplesWrittenInTwoWaysAreRefused) {
  EXPECT_NE(refusal(R"({"prefixItems":[{"type":"integer"}],"additionalItems":false})"), "");
  EXPECT_NE(refusal(R"({"prefixItems":[{"type":"integer"}],"items":[{}]})"), "");
  const std::string beside =
      R"({"items":[{"type":"integer"}],"anyOf":[{"minItems":1}],"additionalItems":false})";
  EXPECT_TRUE(matches(beside, "[1]"));
  EXPECT_FALSE(matches(beside, "[1, 2]"));
  EXPECT_FALSE(matches(beside, "[]"));
  const std::string old =
      R"({"type":"array","items":[{"type":"integer"}],"additionalItems":false})";
  EXPECT_TRUE(matches(old, "[1]"));
  EXPECT_FALSE(matches(old, "[1, 2]"));
}

TEST_F(SchemaRulesTest, NamesThatMayComeTwiceDoNotCountForAMinimum) {
  EXPECT_THAT(refusal(R"({"type":"object","minProperties":2})"), HasSubstr("minProperties"));
  EXPECT_TRUE(matches(R"({"type":"object","minProperties":1})", R"({"a": 1})"));
  EXPECT_FALSE(matches(R"({"type":"object","minProperties":1})", "{}"));
}

TEST_F(SchemaRulesTest, AReferenceIsFollowedToTheRightPlaceOrRefused) {
  const std::string escaped =
      R"({"$ref":"#/$defs/a~1b%20c","$defs":{"a/b c":{"type":"null"},"a~1b%20c":{}}})";
  EXPECT_TRUE(matches(escaped, "null"));
  EXPECT_FALSE(matches(escaped, "1"));
  const std::string anchor = R"({"$ref":"#here","$defs":{"a":{"$anchor":"here","type":"null"}}})";
  EXPECT_TRUE(matches(anchor, "null"));
  EXPECT_FALSE(matches(anchor, "1"));
  EXPECT_THAT(refusal(R"({"properties":{"a":{"$id":"x:y","$ref":"#/$defs/b","$defs":{"b":{}}}},)"
                      R"("$defs":{"b":{}}})"),
              HasSubstr("$id"));
  EXPECT_THAT(refusal(R"({"items":{"$ref":"#/nowhere"}})"), HasSubstr("$.items"));
  const std::string elsewhere =
      R"({"$ref":"#/components/Day","components":{"Day":{"type":"string","format":"date"}}})";
  EXPECT_FALSE(matches(elsewhere, R"("2023-02-29")"));
  EXPECT_EQ(refusal(R"({"type":"null","$defs":{"unused":{"format":"unknown"}}})"), "");
}

TEST_F(SchemaRulesTest, OptionsOfAOneOfMayBeReferences) {
  const std::string schema =
      R"({"oneOf":[{"$ref":"#/$defs/Cat"},{"$ref":"#/$defs/Dog"}],"$defs":{)"
      R"("Cat":{"type":"object","properties":{"kind":{"const":"cat"}},"required":["kind"]},)"
      R"("Dog":{"type":"object","properties":{"kind":{"const":"dog"}},"required":["kind"]}}})";
  EXPECT_TRUE(matches(schema, R"({"kind": "dog"})"));
  EXPECT_FALSE(matches(schema, R"({"kind": "cow"})"));
}

TEST_F(SchemaRulesTest, WhatMustContainItselfIsRefusedByItsPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]})", "$: "},
      {R"({"$ref":"#/$defs/A","$defs":{"A":{"type":"object","required":["a"],
           "properties":{"a":{"$ref":"#/$defs/A"}}}}})",
       "$.$defs.A: "},
      {R"({"type":"object","properties":{"b":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/B"}]}},
           "$defs":{"B":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/B"}}}})",
       "$.$defs.B: "},
      {R"({"type":"object","required":["x"],"additionalProperties":{"$ref":"#"}})", "$: "},
      {R"({"type":"array","prefixItems":[{"$ref":"#"}],"minItems":1})", "$: "},
      {R"({"allOf":[{"$ref":"#/$defs/C"}],"$defs":{"C":{"anyOf":[{"$ref":"#/$defs/C"}]}}})",
       "$.$defs.C: "}};
  for (const auto& [schema, place] : cases) {
    EXPECT_EQ(refusal(schema).find(std::string(place) + "it cannot be enforced: every instance"),
              0U)
        << schema << refusal(schema);
  }
}

TEST_F(SchemaRulesTest, WhatMayContainItselfIsNot) {
  for (const char* const schema :
       {R"({"type":"object","properties":{"a":{"$ref":"#"}}})",
        R"({"type":"object","properties":{"a/b":{"type":["object","null"],"properties":
            {"c":{"$ref":"#"}},"required":["c"]}},"required":["a/b"]})",
        R"({"type":"array","items":{"$ref":"#"}})",
        R"({"type":"object","required":["a"],"properties":{"a":{"anyOf":[{"type":"null"},
            {"$ref":"#"}]}}})",
        R"({"type":"object","$defs":{"A":{"$ref":"#/$defs/A"}}})"}) {
    EXPECT_EQ(refusal(schema), "") << schema;
  }
}

TEST_F(SchemaRulesTest, AFormatOfNumbersIsARangeOrSaysNothing) {
  const std::string int32 = R"({"type":"integer","format":"int32"})";
  EXPECT_TRUE(matches(int32, "-2147483648"));
  EXPECT_FALSE(matches(int32, "2147483648"));
  const std::string uint8 = R"({"type":"number","format":"uint8","minimum":250})";
  EXPECT_TRUE(matches(uint8, "255"));
  EXPECT_FALSE(matches(uint8, "256"));
  EXPECT_FALSE(matches(uint8, "250.5"));
  const std::string int64 = R"({"type":"integer","format":"int64"})";
  EXPECT_TRUE(matches(int64, "9223372036854775807"));
  EXPECT_FALSE(matches(int64, "9223372036854775808"));
  EXPECT_TRUE(matches(R"({"type":"number","format":"double"})", "0.5"));
  EXPECT_TRUE(matches(R"({"properties":{"a":{"type":"number","format":"money"}}})", R"({"a": 1})"));
  EXPECT_TRUE(matches(R"({"type":"boolean","format":"int32"})", "true"));
}

TEST_F(SchemaRulesTest, AOneOfThatRefersToItselfEnds) {
  EXPECT_NE(refusal(R"({"$ref":"#/$defs/A","$defs":{"A":{"oneOf":[{"$ref":"#/$defs/A"},)"
                    R"({"type":"array","items":{"oneOf":[{"$ref":"#/$defs/A"},{}]}}]}}})"),
            "");
}

TEST_F(SchemaRulesTest, WhatSaysNothingOfTheAnswerIsNotRefused) {
  for (const char* const schema :
       {R"({"type":"string","format":"unknown"})", R"({"type":"string","format":"no-such"})",
        R"({"title":"T","$comment":"c","deprecated":true,"readOnly":true,"examples":[1]})",
        R"({"type":"string","contentEncoding":"base64","contentMediaType":"image/png"})",
        R"({"type":"object","x-order":1,"nullable":true,"discriminator":{"propertyName":"k"}})",
        R"({"type":"object","propertyNames":{"type":"string"}})", R"({"minContains":2})",
        R"({"$schema":"http://json-schema.org/draft-07/schema#","then":{"type":"null"}})"}) {
    EXPECT_EQ(refusal(schema), "") << schema;
  }
  EXPECT_NE(refusal(R"({"type":"string","format":"uri-reference"})"), "");
  EXPECT_TRUE(matches(R"({"type":"array","uniqueItems":false})", "[1, 1]"));
}

TEST_F(SchemaRulesTest, APatternMeansWhatItMeansInEcmaScript) {
  EXPECT_TRUE(matches(R"({"type":"string","pattern":"^a.c$"})", R"("abc")"));
  EXPECT_FALSE(matches(R"({"type":"string","pattern":"^a.c$"})", R"("a\rc")"));
  EXPECT_FALSE(matches(R"({"type":"string","pattern":"^\\s$"})", "\"\u0085\""));
  EXPECT_FALSE(matches(R"({"type":"string","pattern":"^[\\S]$"})", "\"\uFEFF\""));
  EXPECT_TRUE(matches(R"({"type":"string","pattern":"^[[a]$"})", R"("[")"));
  EXPECT_FALSE(matches(R"({"patternProperties":{"^a.c$":{"type":"null"}}})", R"({"abc": 1})"));
  EXPECT_THAT(refusal(R"({"items":{"pattern":"[a-z&&[^b]]"}})"), HasSubstr("$.items.pattern: "));
  EXPECT_THAT(refusal(R"({"patternProperties":{"[:x":{}}})"), HasSubstr("[:"));
}

TEST_F(SchemaRulesTest, ANegatedClassKeepsQuotesAndBackslashesOut) {
  const std::string no_quote = R"({"type":"string","pattern":"^[^\"]*$"})";
  EXPECT_TRUE(matches(no_quote, R"("a\\b\n")"));
  EXPECT_FALSE(matches(no_quote, R"("\"")"));
  const std::string no_backslash = R"({"type":"string","pattern":"^[^-\\\\]*$"})";
  EXPECT_TRUE(matches(no_backslash, R"("a\"b")"));
  EXPECT_FALSE(matches(no_backslash, R"("\\")"));
  EXPECT_FALSE(matches(no_backslash, R"("-")"));
  EXPECT_TRUE(matches(R"({"type":"string","pattern":"^\\p{Lu}\\P{L}$"})", R"("Ä1")"));
  EXPECT_NE(refusal(R"({"pattern":"\\P{Po}"})"), "");
  EXPECT_NE(refusal(R"({"pattern":"\\p{Cc}"})"), "");
}

TEST(EcmaPatternTest, WhatBothDialectsShareStaysAsItIs) {
  for (const char* const pattern : {"", "^a|b$", R"(^\d{3}-\w+\.\[x\]$)", "[a-z&~-]", R"([\]\\-])",
                                    "(?:x|y)*?", "\\", "[", "a]"}) {
    EXPECT_EQ(translate_pattern(pattern), std::string(pattern));
  }
  EXPECT_FALSE(translate_pattern("[]a]"));
  EXPECT_FALSE(translate_pattern("[^]"));
  EXPECT_FALSE(translate_pattern("[--a]"));
}

}  // namespace
}  // namespace pcai::grammar
