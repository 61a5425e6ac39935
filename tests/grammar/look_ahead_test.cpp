#include "grammar/pattern/look_ahead.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "grammar/bytes.h"

namespace pcai::grammar {
namespace {

class LookAheadTest : public ::testing::Test {
 protected:
  /// Whether the pattern without look-aheads matches, by the grammar.
  bool matches(const std::string& pattern, const std::string& text, bool negated = false) {
    const auto plain = without_look_ahead(pattern, negated);
    if (!plain) throw std::runtime_error(pattern);
    const nlohmann::json schema = {{"type", "string"}, {"pattern", *plain}};
    const auto matcher = compiler_->compile({GrammarKind::JsonSchema, schema.dump()});
    if (!matcher) throw std::runtime_error(matcher.error().message);
    return bytes::matches(matcher->clone(), nlohmann::json(text).dump());
  }

  std::unique_ptr<GrammarCompiler> compiler_ = bytes::compiler();
};

TEST_F(LookAheadTest, AnEmailOfZodIsEnforced) {
  const std::string email =
      R"(^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$)";
  EXPECT_TRUE(matches(email, "ann.lee+x@mail.example.org"));
  EXPECT_FALSE(matches(email, ".ann@example.org"));
  EXPECT_FALSE(matches(email, "ann..lee@example.org"));
  EXPECT_FALSE(matches(email, "ann@example"));
}

/// std::regex reads ECMAScript's look-aheads; here it is only asked about short texts of our own.
TEST_F(LookAheadTest, TheTextsAreThoseOfEcmaScript) {
  const char* const patterns[] = {"^(?!a)b?a*$",      "(?=ab)a",        "^(?=.*b)(?=.*a)[ab]{2,3}$",
                                  "^(?!^[ab]*$)",     "a(?!b)",         "^(?:a|(?=b)[bc])c$",
                                  "^a(?!.*c).*$|^c$", "^(a(?=b)b)?c*$", "^(?!(?:ab|ba)$)[ab]+$",
                                  "(?!a)(?!b)[abc]$", "^[^a](?=c)",     "(?=c$)|^a"};
  std::vector<std::string> texts = {""};
  for (std::size_t i = 0; i < texts.size() && texts[i].size() < 4; ++i) {
    for (const char c : {'a', 'b', 'c'}) texts.push_back(texts[i] + c);
  }
  for (const char* const pattern : patterns) {
    const std::regex judge(pattern);
    for (const std::string& text : texts) {
      const bool right = std::regex_search(text, judge);
      EXPECT_EQ(matches(pattern, text), right) << pattern << " and '" << text << "'";
      EXPECT_EQ(matches(pattern, text, true), !right)
          << "not " << pattern << " and '" << text << "'";
    }
  }
}

TEST_F(LookAheadTest, CharactersOfAllScriptsAreKeptApart) {
  EXPECT_TRUE(matches("^(?!ß)[^x]+$", "größe🦜"));
  EXPECT_FALSE(matches("^(?!ß)[^x]+$", "ßa"));
  EXPECT_TRUE(matches(R"(^(?!\s)\S \u00e9$)", "\" é"));
  EXPECT_FALSE(matches(R"(^(?!\s)\S* \u00e9$)", "\u00a0 é"));
}

TEST_F(LookAheadTest, NoTextIsLeftBesideAll) {
  EXPECT_TRUE(matches("(?=$)|^a", "b"));
  EXPECT_FALSE(without_look_ahead("(?=$)|^a", true));
  EXPECT_FALSE(without_look_ahead("^(?!)"));
}

TEST_F(LookAheadTest, WhatIsSeenFirstCanBeAPatternOfItsOwn) {
  EXPECT_FALSE(split_look_ahead(R"(^(?=[(|]\)(?:a|b)$)(?=.)c|d)"));
  const auto split = split_look_ahead(R"(^(?=[)|]\((?:a|b)$)(?=.)(c|d))");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->first, R"(^(?:[)|]\((?:a|b)$))");
  EXPECT_EQ(split->second, "^(?=.)(c|d)");
  for (const char* const pattern : {"(?=a)", "^a(?=b)", "^(?=a)*b", "^(?=a", "^(?!a)b", "^(?=[)"}) {
    EXPECT_FALSE(split_look_ahead(pattern)) << pattern;
  }
}

TEST_F(LookAheadTest, WhatHasNoCounterpartIsNotRewritten) {
  for (const char* const pattern : {"(?<=a)(?=b)", "(a)(?=b)\\1", "(?:(?=a)a)*", "\\b(?=a)", "(?=a",
                                    "(?=[z-a])", "\\p{L}(?=a)", "(?:a?)^(?=b)"}) {
    EXPECT_FALSE(without_look_ahead(pattern)) << pattern;
  }
  EXPECT_FALSE(without_look_ahead("^(?=.*a.{100})(?=.*b.{90})(?=.*c.{80}).*$"));
}

}  // namespace
}  // namespace pcai::grammar
