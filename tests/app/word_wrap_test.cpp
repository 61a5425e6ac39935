#include "app/terminal/word_wrap.h"

#include <gtest/gtest.h>

namespace pcai::app {
namespace {

/// The text as it is shown when it comes in pieces of so many bytes; ASCII only.
std::string shown(const std::string& text, std::size_t width, std::size_t piece) {
  WordWrap wrap([width] { return width; });
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += piece) out += wrap.add(text.substr(i, piece));
  return out + wrap.end();
}

TEST(WordWrapTest, AWordThatDoesNotFitMovesToTheNextLine) {
  for (const std::size_t piece : {1, 2, 3, 7, 100}) {
    EXPECT_EQ(shown("one two three four", 9, piece), "one two\nthree\nfour");
    EXPECT_EQ(shown("1234 6789 next", 9, piece), "1234 6789\nnext");
  }
}

TEST(WordWrapTest, WhatFitsStaysAsItIs) {
  const std::string text = "  a  list:\n\n\t- one\n\t- two \n";
  for (const std::size_t piece : {1, 5, 100}) EXPECT_EQ(shown(text, 40, piece), text);
}

TEST(WordWrapTest, AWordWiderThanTheTerminalIsLeftToIt) {
  const std::string address = "http://example.org/a/long/address";
  for (const std::size_t piece : {1, 4, 100}) {
    EXPECT_EQ(shown("see " + address + " now", 10, piece), "see\n" + address + " now");
  }
}

TEST(WordWrapTest, CodeIsLeftToTheTerminal) {
  const std::string text = "```c\nint a = 1; int b = 2;\n```\n";
  for (const std::size_t piece : {1, 3, 100}) {
    EXPECT_EQ(shown(text + "one two three", 9, piece), text + "one two\nthree");
  }
}

TEST(WordWrapTest, BetweenWideCharactersALineMayBreak) {
  WordWrap wrap([] { return std::size_t{5}; });
  std::string out = wrap.add("日本語");
  out += wrap.end();
  EXPECT_EQ(out, "日本\n語");
}

TEST(WordWrapTest, ANewWidthCountsFromTheNextWordOn) {
  std::size_t width = 20;
  WordWrap wrap([&width] { return width; });
  std::string out = wrap.add("one two ");
  width = 8;
  out += wrap.add("three four");
  out += wrap.end();
  EXPECT_EQ(out, "one two\nthree\nfour");
}

}  // namespace
}  // namespace pcai::app
