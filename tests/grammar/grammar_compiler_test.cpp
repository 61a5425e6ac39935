#include "grammar/grammar_compiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "grammar/bytes.h"

namespace pcai::grammar {
namespace {

using ::testing::HasSubstr;

class GrammarCompilerTest : public ::testing::Test {
 protected:
  GrammarMatcher compile(GrammarKind kind, std::string source) {
    auto matcher = compiler_->compile({kind, std::move(source)});
    if (!matcher) throw std::runtime_error(matcher.error().message);
    return std::move(*matcher);
  }

  bool matches(GrammarKind kind, std::string source, std::string_view text) {
    return bytes::matches(compile(kind, std::move(source)), text);
  }

  Error refusal(GrammarKind kind, std::string source) {
    const auto matcher = compiler_->compile({kind, std::move(source)});
    return matcher ? Error{} : matcher.error();
  }

  std::unique_ptr<GrammarCompiler> compiler_ = bytes::compiler();
};

TEST_F(GrammarCompilerTest, AJsonSchemaAllowsItsInstancesOnly) {
  const std::string schema =
      R"({"type":"object","properties":{"name":{"type":"string","maxLength":5},)"
      R"("age":{"type":"integer","minimum":0}},"required":["name","age"],)"
      R"("additionalProperties":false})";
  EXPECT_TRUE(matches(GrammarKind::JsonSchema, schema, R"({"name": "Ann", "age": 7})"));
  EXPECT_FALSE(matches(GrammarKind::JsonSchema, schema, R"({"name": "Anneliese", "age": 7})"));
  EXPECT_FALSE(matches(GrammarKind::JsonSchema, schema, R"({"name": "Ann", "age": -7})"));
  EXPECT_FALSE(matches(GrammarKind::JsonSchema, schema, R"({"name": "Ann"})"));
  EXPECT_FALSE(matches(GrammarKind::JsonSchema, schema, R"({"name": "Ann", "age": 7, "x": 1})"));
}

TEST_F(GrammarCompilerTest, AnInstanceIsOnOneLine) {
  EXPECT_TRUE(matches(GrammarKind::JsonSchema, R"({"type":"array"})", R"([1, {"a": 2}])"));
  EXPECT_FALSE(matches(GrammarKind::JsonSchema, R"({"type":"array"})", "[1,2]"));
  EXPECT_FALSE(matches(GrammarKind::JsonSchema, R"({"type":"array"})", "[1,  2]"));
  EXPECT_FALSE(matches(GrammarKind::JsonSchema, R"({"type":"array"})", "[\n1]"));
}

TEST_F(GrammarCompilerTest, RegexesAndLarkGrammarsHold) {
  EXPECT_TRUE(matches(GrammarKind::Regex, "(yes|no)!?", "no!"));
  EXPECT_FALSE(matches(GrammarKind::Regex, "(yes|no)!?", "maybe"));
  const std::string sum = "start: NUMBER (\"+\" NUMBER)*\nNUMBER: /[0-9]{1,3}/";
  EXPECT_TRUE(matches(GrammarKind::Lark, sum, "1+22+333"));
  EXPECT_FALSE(matches(GrammarKind::Lark, sum, "1+"));
}

TEST_F(GrammarCompilerTest, AFaultInASchemaIsNamedByItsPlace) {
  const Error error = refusal(
      GrammarKind::JsonSchema,
      R"({"type":"object","properties":{"a":{"type":"string"},"tags":{"type":"array","items":)"
      R"({"anyOf":[{"type":"integer"},{"type":"string","pattern":"(a"}]}}}})");
  EXPECT_EQ(error.code, ErrorCode::InvalidRequest);
  EXPECT_EQ(error.field, ".properties.tags.items.anyOf[1].pattern");
}

TEST_F(GrammarCompilerTest, WhatCannotBeEnforcedIsRefused) {
  EXPECT_EQ(refusal(GrammarKind::JsonSchema, R"({"type":"array","uniqueItems":true})").field,
            ".uniqueItems");
  EXPECT_THAT(refusal(GrammarKind::JsonSchema, R"({"$ref":"https://example.org/schema"})").message,
              HasSubstr("https://example.org/schema"));
  EXPECT_EQ(
      refusal(GrammarKind::JsonSchema, R"({"oneOf":[{"multipleOf":2},{"multipleOf":3}]})").field,
      ".oneOf");
  EXPECT_EQ(
      refusal(GrammarKind::JsonSchema, R"({"type":"string","minLength":3,"maxLength":1})").field,
      ".minLength");
}

TEST_F(GrammarCompilerTest, OptionsOfTheLibraryCannotBeSmuggledIn) {
  const std::string lenient =
      R"({"x-guidance":{"lenient":true,"whitespace_flexible":true},"type":"array"})";
  EXPECT_TRUE(matches(GrammarKind::JsonSchema, lenient, "[1, 2]"));
  EXPECT_FALSE(matches(GrammarKind::JsonSchema, lenient, "[1,2]"));
  EXPECT_TRUE(matches(GrammarKind::JsonSchema, R"({"properties":{"x-guidance":{"type":"null"}}})",
                      R"({"x-guidance": null})"));
}

TEST_F(GrammarCompilerTest, DamagedSourcesAreRefused) {
  EXPECT_THAT(refusal(GrammarKind::JsonSchema, "{").message, HasSubstr("not JSON"));
  EXPECT_THAT(refusal(GrammarKind::JsonSchema, "[]").message, HasSubstr("object"));
  EXPECT_THAT(refusal(GrammarKind::JsonSchema, "false").message, HasSubstr("object"));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += R"({"items":)";
  deep += "{}" + std::string(100, '}');
  EXPECT_THAT(refusal(GrammarKind::JsonSchema, deep).message, HasSubstr("nested"));
  EXPECT_EQ(refusal(GrammarKind::Regex, "(").field, "");
  EXPECT_EQ(refusal(GrammarKind::Lark, "no grammar at all").field, "");
  EXPECT_EQ(refusal(GrammarKind::Regex, std::string("a\0b", 3)).field, "");
}

TEST_F(GrammarCompilerTest, WhatCostsTooMuchToCompileIsRefused) {
  std::string schema = R"({"allOf":[)";
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    schema += (i == 0 ? "" : ",") + (R"({"anyOf":[{"properties":{"a)" + n) +
              R"(":{"minimum":1}}},{"properties":{"b)" + n + R"(":{}}}]})";
  }
  EXPECT_THAT(refusal(GrammarKind::JsonSchema, schema + "]}").message, HasSubstr("too large"));
  EXPECT_THAT(
      refusal(GrammarKind::Lark, "start: T\nT: /(.*a.{30})/ & /(.*b.{31})/ & ~/(.*c.{32})/\n")
          .message,
      HasSubstr("fuel"));
}

TEST_F(GrammarCompilerTest, WhatCostsTooMuchToFollowFailsTheMatcher) {
  GrammarMatcher matcher =
      compile(GrammarKind::Regex, "(((((x{0,100}){0,100}){0,100}){0,100}){0,100}){0,100}");
  for (int i = 0; i < 100 && !matcher.failed(); ++i) {
    matcher.accept('x');
    matcher.mask();
  }
  EXPECT_TRUE(matcher.failed());
  EXPECT_THAT(matcher.error().message, HasSubstr("too many"));
}

TEST_F(GrammarCompilerTest, TheMaskHasExactlyWhatIsAllowed) {
  GrammarMatcher matcher = compile(GrammarKind::Regex, "[ab]c|\"name\":x");
  const auto mask = matcher.mask();
  ASSERT_EQ(mask.size(), (258U + 31) / 32);
  for (std::int32_t token = 0; token < 258; ++token) {
    const bool set = ((mask[static_cast<std::size_t>(token) / 32] >> (token % 32)) & 1) != 0;
    EXPECT_EQ(set, token == 'a' || token == 'b' || token == '"' || token == bytes::kQuotedName)
        << token;
  }
}

TEST_F(GrammarCompilerTest, ForcedTokensAreFoundAndTheEndIsSeen) {
  GrammarMatcher matcher = compile(GrammarKind::Regex, "(a|b)-tail");
  EXPECT_TRUE(matcher.forced().empty());
  matcher.accept('a');
  std::string forced;
  for (const std::int32_t token : matcher.forced()) {
    forced += static_cast<char>(token);
    matcher.accept(token);
  }
  EXPECT_EQ(forced, "-tail");
  EXPECT_TRUE(matcher.complete());
  EXPECT_FALSE(matcher.failed());
}

TEST_F(GrammarCompilerTest, ATokenThatIsNotAllowedFailsTheMatcher) {
  GrammarMatcher matcher = compile(GrammarKind::Regex, "ab");
  matcher.accept('x');
  EXPECT_TRUE(matcher.failed());
  EXPECT_FALSE(matcher.complete());
  EXPECT_TRUE(matcher.mask().empty());
  EXPECT_FALSE(matcher.allows('a'));
  EXPECT_NE(matcher.error().message, "");
}

TEST_F(GrammarCompilerTest, MatchersOfOneGrammarDoNotDisturbEachOther) {
  const std::string regex = "a{3}|b{3}";
  GrammarMatcher first = compile(GrammarKind::Regex, regex);
  first.accept('a');
  GrammarMatcher second = compile(GrammarKind::Regex, regex);
  EXPECT_TRUE(second.allows('b'));
  EXPECT_FALSE(first.allows('b'));
  GrammarMatcher third = first.clone();
  third.accept('a');
  third.accept('a');
  EXPECT_TRUE(third.complete());
  EXPECT_FALSE(first.complete());
}

TEST_F(GrammarCompilerTest, ManyThreadsCompileAndMatchAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 20; ++round) {
        const std::string word = "word" + std::to_string((i + round) % 5);
        auto matcher = compiler_->compile({GrammarKind::Regex, word});
        if (!matcher || !bytes::matches(std::move(*matcher), word)) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(GrammarCompilerTest, MoreGrammarsThanAreKeptStillWork) {
  for (int i = 0; i < 200; ++i) {
    const std::string word = "w" + std::to_string(i);
    EXPECT_TRUE(matches(GrammarKind::Regex, word, word));
  }
  EXPECT_TRUE(matches(GrammarKind::Regex, "w0", "w0"));
}

}  // namespace
}  // namespace pcai::grammar
