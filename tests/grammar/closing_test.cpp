// Which members an object may have that its schema does not list.
#include <gtest/gtest.h>

#include "grammar/bytes.h"

namespace pcai::grammar {
namespace {

class ClosingTest : public ::testing::Test {
 protected:
  bool matches(const std::string& schema, std::string_view text, bool open = false) {
    auto matcher = (open ? open_ : closed_)->compile({GrammarKind::JsonSchema, schema});
    if (!matcher) throw std::runtime_error(matcher.error().field + matcher.error().message);
    return bytes::matches(std::move(*matcher), text);
  }

  std::unique_ptr<GrammarCompiler> closed_ = bytes::compiler();
  std::unique_ptr<GrammarCompiler> open_ = bytes::compiler(true);
};

TEST_F(ClosingTest, AnObjectThatListsMembersHasNoOthers) {
  const std::string schema = R"({"type":"object","properties":{"a":{"type":"integer"}}})";
  EXPECT_TRUE(matches(schema, R"({"a": 1})"));
  EXPECT_FALSE(matches(schema, R"({"a": 1, "b": 1})"));
  EXPECT_TRUE(matches(schema, R"({"a": 1, "b": 1})", true));
  EXPECT_FALSE(matches(R"({"type":"object","properties":{}})", R"({"a": 1})"));
}

TEST_F(ClosingTest, AnObjectThatListsNoneMayHaveAny) {
  for (const char* const schema :
       {"{}", R"({"type":"object"})", R"({"type":"object","required":["a"]})",
        R"({"type":"object","properties":{"b":{}},"additionalProperties":true})",
        R"({"type":"object","properties":{"b":{}},"unevaluatedProperties":{}})"}) {
    EXPECT_TRUE(matches(schema, R"({"a": {"b": 1}})")) << schema;
  }
}

TEST_F(ClosingTest, WhatTheSchemaSaysOfOthersHolds) {
  const std::string numbers = R"({"properties":{"a":{}},"additionalProperties":{"type":"number"}})";
  EXPECT_TRUE(matches(numbers, R"({"a": "x", "b": 1})"));
  EXPECT_FALSE(matches(numbers, R"({"b": "x"})"));
  const std::string pattern =
      R"({"type":"object","properties":{"a":{}},"patternProperties":{"^x":{"type":"null"}}})";
  EXPECT_TRUE(matches(pattern, R"({"a": 1, "x1": null})"));
  EXPECT_FALSE(matches(pattern, R"({"a": 1, "y": null})"));
}

TEST_F(ClosingTest, ARequiredMemberThatIsNotListedStaysPossible) {
  const std::string schema = R"({"type":"object","properties":{"a":{}},"required":["a","b"]})";
  EXPECT_TRUE(matches(schema, R"({"a": 1, "b": 2})"));
  EXPECT_FALSE(matches(schema, R"({"a": 1, "b": 2, "c": 3})"));
  EXPECT_TRUE(matches(R"({"properties":{"a":{}},"minProperties":2,"required":["a"]})",
                      R"({"a": 1, "b": 2})"));
}

TEST_F(ClosingTest, SchemasOfOneObjectAreClosedTogether) {
  const std::string schema = R"({"allOf":[{"$ref":"#/$defs/Base"},
      {"type":"object","properties":{"b":{"type":"integer"}},"required":["b"]}],
      "$defs":{"Base":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}}})";
  EXPECT_TRUE(matches(schema, R"({"a": 1, "b": 2})"));
  EXPECT_FALSE(matches(schema, R"({"a": 1, "b": 2, "c": 3})"));
  EXPECT_TRUE(matches(schema, R"({"a": 1, "b": 2, "c": 3})", true));
}

TEST_F(ClosingTest, EachOptionOfAChoiceIsClosed) {
  const std::string schema = R"({"type":"object","properties":{"k":{"type":"string"}},
      "anyOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},
               {"properties":{"b":{"type":"integer"}},"required":["b"]}]})";
  EXPECT_TRUE(matches(schema, R"({"k": "x", "a": 1})"));
  EXPECT_TRUE(matches(schema, R"({"k": "x", "b": 1})"));
  EXPECT_FALSE(matches(schema, R"({"k": "x", "a": 1, "b": 1})"));
  EXPECT_FALSE(matches(schema, R"({"k": "x", "a": 1, "c": 1})"));
  const std::string references = R"({"anyOf":[{"$ref":"#/$defs/A"},{"type":"null"}],
      "$defs":{"A":{"type":"object","properties":{"a":{}}}}})";
  EXPECT_TRUE(matches(references, "null"));
  EXPECT_TRUE(matches(references, R"({"a": 1})"));
  EXPECT_FALSE(matches(references, R"({"b": 1})"));
}

/// A value that two options of the schema as it is written match is wrong, even if only one of
/// them could have written it when closed.
TEST_F(ClosingTest, OptionsExcludeEachOtherAsTheyAreWritten) {
  const std::string schema = R"({"oneOf":[
      {"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]},
      {"type":"object","properties":{"name":{"type":"string"}}}]})";
  EXPECT_FALSE(matches(schema, R"({"id": 1})"));
  EXPECT_TRUE(matches(schema, R"({"name": "a"})"));
  EXPECT_TRUE(matches(schema, "{}"));
}

TEST_F(ClosingTest, SeveralChoicesAreClosedTogether) {
  const std::string schema = R"({"type":"object","properties":{"k":{"enum":["x","y"]}},
      "required":["k"],"allOf":[
      {"if":{"properties":{"k":{"const":"x"}}},"then":{"properties":{"a":{}},"required":["a"]}},
      {"if":{"properties":{"k":{"const":"y"}}},"then":{"properties":{"b":{}},"required":["b"]}}]})";
  EXPECT_TRUE(matches(schema, R"({"k": "x", "a": 1})"));
  EXPECT_TRUE(matches(schema, R"({"k": "y", "b": 1})"));
  EXPECT_FALSE(matches(schema, R"({"k": "x", "b": 1})"));
  EXPECT_FALSE(matches(schema, R"({"k": "x", "a": 1, "z": 1})"));
}

TEST_F(ClosingTest, ARecursiveDefinitionIsClosedAtEveryLevel) {
  const std::string schema = R"({"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":
      {"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/N"},{"type":"null"}]}},
      "required":["v"]}}})";
  EXPECT_TRUE(matches(schema, R"({"v": 1, "next": {"v": 2, "next": null}})"));
  EXPECT_FALSE(matches(schema, R"({"v": 1, "next": {"v": 2, "w": 3}})"));
}

TEST_F(ClosingTest, UnevaluatedPropertiesCloseWhateverTheSetting) {
  const std::string schema = R"({"type":"object","properties":{"a":{}},
      "allOf":[{"properties":{"b":{}}}],"unevaluatedProperties":false})";
  EXPECT_TRUE(matches(schema, R"({"a": 1, "b": 2})", true));
  EXPECT_FALSE(matches(schema, R"({"a": 1, "c": 2})", true));
  const std::string chosen = R"({"type":"object","properties":{"k":{}},
      "anyOf":[{"properties":{"a":{}},"required":["a"]},{"properties":{"b":{}},"required":["b"]}],
      "unevaluatedProperties":false})";
  EXPECT_TRUE(matches(chosen, R"({"k": 1, "b": 2})", true));
  EXPECT_FALSE(matches(chosen, R"({"k": 1, "b": 2, "c": 2})", true));
}

}  // namespace
}  // namespace pcai::grammar
