#include "grammar/gbnf/gbnf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grammar/bytes.h"
#include "grammar/grammar_compiler.h"

namespace pcai::grammar {
namespace {

using ::testing::HasSubstr;

class GbnfTest : public ::testing::Test {
 protected:
  bool matches(const std::string& source, std::string_view text) {
    auto matcher = compiler_->compile({GrammarKind::Gbnf, source});
    if (!matcher) throw std::runtime_error(matcher.error().message);
    return bytes::matches(std::move(*matcher), text);
  }

  std::string refusal(const std::string& source) {
    const auto matcher = compiler_->compile({GrammarKind::Gbnf, source});
    return matcher ? "" : matcher.error().message;
  }

  std::unique_ptr<GrammarCompiler> compiler_ = bytes::compiler();
};

TEST_F(GbnfTest, SequencesAlternativesAndRepetitionsHold) {
  const std::string sum =
      "root ::= number (\" + \" number)* \"!\"?\nnumber ::= [1-9] [0-9]{0,2} | \"0\"";
  for (const char* text : {"0", "7", "120", "1 + 22 + 333", "0!", "9 + 0!"}) {
    EXPECT_TRUE(matches(sum, text)) << text;
  }
  for (const char* text : {"", "01", "1234", "1 +", "1+1", "1!!", "!"}) {
    EXPECT_FALSE(matches(sum, text)) << text;
  }
}

TEST_F(GbnfTest, RepetitionsAreCounted) {
  const std::string counted =
      "root ::= \"ab\"{2} \"c\"{1,} \"d\"{,2} \"e\"{0} (\"f\" | \"g\"){ 1 , 2 }";
  EXPECT_TRUE(matches(counted, "ababcf"));
  EXPECT_TRUE(matches(counted, "ababcccddgf"));
  EXPECT_FALSE(matches(counted, "abcf"));
  EXPECT_FALSE(matches(counted, "ababcdddf"));
  EXPECT_FALSE(matches(counted, "ababcef"));
  EXPECT_FALSE(matches(counted, "ababcfgf"));
}

TEST_F(GbnfTest, NoLexerTakesTheLongerMatch) {
  const std::string both =
      "root ::= \"ab\" \"x\" | [a-z] [a-z] \"y\" | letters \"!\"\nletters ::= [a-z]*";
  for (const char* text : {"abx", "aby", "zzy", "abxy!", "!"})
    EXPECT_TRUE(matches(both, text)) << text;
  EXPECT_FALSE(matches(both, "zzx"));
  EXPECT_TRUE(matches("root ::= \"true\" | word \"?\"\nword ::= [a-z]+", "tru?"));
  EXPECT_TRUE(matches("root ::= \"true\" | word \"?\"\nword ::= [a-z]+", "true?"));
}

TEST_F(GbnfTest, EmptyAlternativesAndTextsMatchNothing) {
  const std::string blank = "root ::= \"a\" ws \"b\"\nws ::= | \" \" ws";
  EXPECT_TRUE(matches(blank, "ab"));
  EXPECT_TRUE(matches(blank, "a   b"));
  EXPECT_TRUE(matches("root ::= \"a\" ( | \"b\" ) \"\" \"c\"", "ac"));
  EXPECT_TRUE(matches("root ::= \"a\" ( \"b\" | ) \"c\"", "abc"));
}

TEST_F(GbnfTest, RulesMayCallThemselves) {
  const std::string nested = "root ::= \"(\" root \")\" | \"\"";
  EXPECT_TRUE(matches(nested, "((()))"));
  EXPECT_FALSE(matches(nested, "(()"));
  const std::string left = "root ::= root \"-\" [0-9] | [0-9]";
  EXPECT_TRUE(matches(left, "1-2-3"));
  EXPECT_FALSE(matches(left, "1-2-"));
}

TEST_F(GbnfTest, CharactersAndTheirEscapesHold) {
  EXPECT_TRUE(matches(R"(root ::= "\"\\\n\t\x41\u00e9\U0001F600[\]/")", "\"\\\n\tAé😀[]/"));
  EXPECT_TRUE(matches(R"(root ::= [\x41-\x43é-ü\]\\^/-]+)", "ABCéü]\\^/-"));
  EXPECT_FALSE(matches(R"(root ::= [\x41-\x43]+)", "D"));
  EXPECT_TRUE(matches(R"(root ::= [^"\n]* .)", "any😀thing\n"));
  EXPECT_FALSE(matches(R"(root ::= [^"\n]+)", "a\"b"));
}

TEST_F(GbnfTest, CommentsAndEndsOfLinesStandWhereTheyMay) {
  EXPECT_TRUE(
      matches("# a comment\r\n\r\nroot ::= # here, too\r\n  \"a\" | # and here\r\n  (\n\"b\"\n"
              "# inside\n| \"c\") x\r\nx-1 ::= \"y\"\nx ::= x-1",
              "by"));
}

TEST_F(GbnfTest, AFaultIsNamedByItsLine) {
  EXPECT_THAT(refusal("root ::= a\na ::= \"x"),
              HasSubstr("line 2 of the GBNF grammar: the text's"));
  EXPECT_THAT(refusal("root ::= a\n\nb ::= \"x\""), HasSubstr("line 1"));
  EXPECT_THAT(refusal("root ::= a\n\nb ::= \"x\""), HasSubstr("no rule is named 'a'"));
  EXPECT_THAT(refusal("a ::= \"x\""), HasSubstr("no rule 'root'"));
  EXPECT_THAT(refusal("root ::= \"x\"\nroot ::= \"y\""), HasSubstr("line 2"));
  EXPECT_THAT(refusal("root = \"x\""), HasSubstr("'::=' must follow the name 'root'"));
  EXPECT_THAT(refusal("root ::= \"\\q\""), HasSubstr("'\\q' is not an escape sequence"));
  EXPECT_THAT(refusal("root ::= [z-a]"), HasSubstr("end of a range"));
  EXPECT_THAT(refusal("root ::= []"), HasSubstr("matches nothing"));
  EXPECT_THAT(refusal("root ::= (\"x\""), HasSubstr("a ')' is missing"));
  EXPECT_THAT(refusal("root ::= \"x\" )"), HasSubstr("not ')'"));
  EXPECT_THAT(refusal("root ::= * \"x\""), HasSubstr("not '*'"));
  EXPECT_THAT(refusal("root ::= \"\\uD800\""), HasSubstr("hexadecimal digits"));
  EXPECT_THAT(refusal("root ::= !<think>"), HasSubstr("any token but one"));
  EXPECT_THAT(refusal("%llguidance {}\nroot ::= \"x\""), HasSubstr("line 1"));
}

TEST_F(GbnfTest, WhatCostsTooMuchIsRefused) {
  EXPECT_THAT(refusal("root ::= \"x\"{1,999999}"), HasSubstr("numbers up to 2000"));
  EXPECT_THAT(refusal("root ::= \"x\"{5,2}"), HasSubstr("less than its first"));
  EXPECT_THAT(refusal("root ::= " + std::string(5000, '(') + "\"x\"" + std::string(5000, ')')),
              HasSubstr("nested too deep"));
}

TEST(GbnfTokenTest, ATokenIsWrittenAsInLark) {
  const auto lark = lark_of_gbnf("root ::= <|im_end|> <[17]> \"x\"");
  ASSERT_TRUE(lark) << lark.error().message;
  EXPECT_THAT(*lark, HasSubstr("<|im_end|> <[17]>"));
  EXPECT_FALSE(lark_of_gbnf("root ::= <no end"));
  EXPECT_FALSE(lark_of_gbnf("root ::= <[x]>"));
}

}  // namespace
}  // namespace pcai::grammar
