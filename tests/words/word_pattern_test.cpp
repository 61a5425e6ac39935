#include "backend/llamacpp/tokens/word_pattern.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <regex>

#include "words/small_stack.h"

namespace pcai::backend::llamacpp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Lengths = std::vector<std::size_t>;

std::u32string wide(const std::string& text) {
  std::u32string symbols;
  for (const char byte : text) symbols.push_back(static_cast<unsigned char>(byte));
  return symbols;
}

WordPattern compiled(const std::string& pattern) {
  auto made = WordPattern::compile(wide(pattern));
  if (!made) throw std::runtime_error(pattern + ": " + made.error().message);
  return *std::move(made);
}

Lengths split(const WordPattern& pattern, const std::string& text) {
  Lengths lengths;
  pattern.split(wide(text), lengths);
  return lengths;
}

/// The same by std::regex, as llama.cpp uses it.
Lengths split_by_regex(const std::string& pattern, const std::string& text) {
  const std::regex regex(pattern);
  Lengths lengths;
  std::ptrdiff_t end = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), last; match != last; ++match) {
    if (match->position() > end) {
      lengths.push_back(static_cast<std::size_t>(match->position() - end));
    }
    lengths.push_back(static_cast<std::size_t>(match->length()));
    end = match->position() + match->length();
  }
  const std::size_t rest = text.size() - static_cast<std::size_t>(end);
  if (rest > 0) lengths.push_back(rest);
  return lengths;
}

TEST(WordPatternTest, MatchesAndWhatLiesBetweenAddUpToTheText) {
  EXPECT_THAT(split(compiled("[0-9][0-9][0-9]"), "ab12345c"), ElementsAre(2, 3, 3));
  EXPECT_THAT(split(compiled("a+"), ""), ElementsAre());
  EXPECT_THAT(split(compiled("a+"), "aaab"), ElementsAre(3, 1));
}

TEST(WordPatternTest, TheFirstChoiceThatLeadsToAMatchWins) {
  EXPECT_THAT(split(compiled("a|ab"), "ab"), ElementsAre(1, 1));
  EXPECT_THAT(split(compiled("(?:a|ab)c"), "abc"), ElementsAre(3));
}

TEST(WordPatternTest, AnEmptyMatchIsAWordWithoutLetters) {
  const std::string groups_of_three = "(?=(\\d{3})+(?!\\d))";
  EXPECT_EQ(split(compiled(groups_of_three), "1234567"),
            split_by_regex(groups_of_three, "1234567"));
  EXPECT_THAT(split(compiled("a*"), "ba"), ElementsAre(0, 1, 1, 0));
}

TEST(WordPatternTest, ACategoryStandsForItsSymbolAndItsAsciiLetters) {
  const WordPattern letters = compiled("[^\\p{L}]+|\\p{L}+");
  EXPECT_THAT(split(letters, "a\xD2z1\xD1!"), ElementsAre(3, 3));
}

/// Patterns of every kind of part, put together at random, over few letters so that they match.
class RandomPattern {
 public:
  explicit RandomPattern(std::mt19937& random) : random_(random) {}

  std::string choice(int depth) {
    std::string pattern = sequence(depth);
    while (random_() % 3 == 0) pattern += "|" + sequence(depth);
    return pattern;
  }

 private:
  std::string sequence(int depth) {
    std::string pattern = part(depth);
    while (random_() % 2 == 0) pattern += part(depth);
    return pattern;
  }

  std::string part(int depth) {
    static constexpr std::array kTimes = {"", "", "", "?", "*", "+", "{2}", "{1,3}"};
    static constexpr std::array kSingles = {"a",     "b",   " ",    "1",        "[ab]",    "[^a]",
                                            "\\s",   "\\S", "\\d",  "[a-b1]",   "[^\\s1]", "\\D",
                                            "[\\S]", "\\.", "[.-]", "[\\]\\-a]"};
    const std::string times = kTimes[random_() % kTimes.size()];
    if (depth == 0 || random_() % 2 == 0) return kSingles[random_() % kSingles.size()] + times;
    switch (random_() % 4) {
      case 0: return "(?=" + choice(depth - 1) + ")";
      case 1: return "(?!" + choice(depth - 1) + ")";
      case 2: return "(" + choice(depth - 1) + ")" + times;
      default: return random_() % 4 == 0 ? "$" : "(?:" + choice(depth - 1) + ")" + times;
    }
  }

  std::mt19937& random_;
};

TEST(WordPatternTest, RandomPatternsFindWhatStdRegexFinds) {
  const auto seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int compared = 0;
  while (compared < 1000) {
    const std::string pattern = RandomPattern(random).choice(2);
    const auto made = WordPattern::compile(wide(pattern));
    if (!made) {
      ASSERT_THAT(made.error().message, HasSubstr("an endless repetition of nothing")) << pattern;
      continue;
    }
    const bool looks_ahead =
        pattern.find("(?=") < pattern.size() || pattern.find("(?!") < pattern.size();
    for (int i = 0; i < 5; ++i) {
      std::string text;
      for (std::size_t left = random() % 10; left > 0; --left) text += "aab 1.-]"[random() % 8];
      const Lengths expected = split_by_regex(pattern, text);
      // Behind an empty match libstdc++ also wants what is looked ahead for not to be empty.
      if (looks_ahead && std::ranges::count(expected, 0U) > 0) continue;
      ASSERT_EQ(split(*made, text), expected) << "'" << pattern << "' in '" << text << "'";
      ++compared;
    }
  }
}

TEST(WordPatternTest, WhatItDoesNotKnowIsRefusedByName) {
  const auto refusal = [](const std::string& pattern) {
    const auto made = WordPattern::compile(wide(pattern));
    return made ? "compiled" : made.error().message;
  };
  EXPECT_THAT(refusal("(a*)*"), HasSubstr("an endless repetition of nothing"));
  EXPECT_THAT(refusal("a*?"), HasSubstr("a repetition of a repetition"));
  EXPECT_THAT(refusal("a++"), HasSubstr("a repetition of a repetition"));
  EXPECT_THAT(refusal("\\bword"), HasSubstr("an unknown escape"));
  EXPECT_THAT(refusal("(a)\\1"), HasSubstr("an unknown escape"));
  EXPECT_THAT(refusal("\\p{Han}"), HasSubstr("an unknown category"));
  EXPECT_THAT(refusal("(?<=a)b"), HasSubstr("an unknown kind of group"));
  EXPECT_THAT(refusal("a.b"), HasSubstr("a sign that is not known there"));
  EXPECT_THAT(refusal("(ab"), HasSubstr("a '(' without a ')'"));
  EXPECT_THAT(refusal("ab)"), HasSubstr("a ')' without a '('"));
  EXPECT_THAT(refusal("[ab"), HasSubstr("a '[' without a ']'"));
  EXPECT_THAT(refusal("[z-a]"), HasSubstr("a range that is none"));
  EXPECT_THAT(refusal("a{3,2}"), HasSubstr("a count that is none"));
  EXPECT_THAT(refusal("a{2000}"), HasSubstr("too many repetitions"));
  EXPECT_THAT(refusal("((a{500}){500}){500}"), HasSubstr("too many repetitions"));
  EXPECT_THAT(refusal("\\"), HasSubstr("a '\\' at its end"));
  EXPECT_THAT(refusal(std::string(100, '(')), HasSubstr("too many groups in groups"));
}

TEST(WordPatternTest, NestedRepetitionsOfAMegabyteEndOnASmallStack) {
  // std::regex overflows its stack on each, and where it would not it tries all ways.
  const std::string text = std::string(1'000'000, 'a') + "!";
  test::on_small_stack([&] {
    for (const char* const pattern :
         {"(a+)+$", "(?:a|a)+$", "(?:a+a+)+b", "(?=(a{3})+(?!a))", "\\s+$|a+b|(?=(?:a+)+$)a",
          "((?=[a])([^b]))*((?=[a])([^a]))+|a+"}) {
      Lengths lengths;
      const WordPattern made = compiled(pattern);
      made.split(wide(text), lengths);
      std::size_t sum = 0;
      for (const std::size_t length : lengths) sum += length;
      EXPECT_EQ(sum, text.size()) << pattern;
    }
  });
}

}  // namespace
}  // namespace pcai::backend::llamacpp
