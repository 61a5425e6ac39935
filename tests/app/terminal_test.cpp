#include "app/terminal/terminal.h"

#include <gtest/gtest.h>

#include "core/utf8.h"
#include "platform/console.h"

namespace pcai::app {
namespace {

TEST(TerminalTest, OrdinaryTextStaysAsItIs) {
  EXPECT_EQ(terminal_safe("Grüße, 世界 🙂"), "Grüße, 世界 🙂");
}

TEST(TerminalTest, EscapeSequencesCannotReachTheTerminal) {
  EXPECT_EQ(terminal_safe("\x1b[2J"), "\\x1b[2J");
  EXPECT_EQ(terminal_safe("\xc2\x9b"
                          "2J"),
            "\\xc2\\x9b2J");
  EXPECT_EQ(terminal_safe(std::string("a\0b\x7f", 4)), "a\\x00b\\x7f");
}

TEST(TerminalTest, LinesStayOnlyWhereTheyAreWanted) {
  EXPECT_EQ(terminal_safe("a\n\tb"), "a\\x0a\\x09b");
  EXPECT_EQ(terminal_safe("a\n\tb\r", true), "a\n\tb\\x0d");
}

TEST(TerminalTest, MarksThatTurnTheTextAroundAreShown) {
  EXPECT_EQ(terminal_safe("\u202Egnp.exe"), "\\xe2\\x80\\xaegnp.exe");
  EXPECT_EQ(terminal_safe("\u2066x\u2069"), "\\xe2\\x81\\xa6x\\xe2\\x81\\xa9");
}

TEST(TerminalTest, WhatIsNotUtf8BecomesUtf8) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes = {static_cast<char>(first), static_cast<char>(second)};
      EXPECT_TRUE(is_valid_utf8(terminal_safe(bytes))) << first << " " << second;
    }
  }
}

TEST(TerminalTest, NoStyleIsWrittenToWhatIsNoTerminal) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_FALSE(platform::is_terminal(file));
  EXPECT_EQ(styled("x", Style::Red, file), "x");
  EXPECT_EQ(platform::terminal_width(file), 80U);
  std::fclose(file);
}

}  // namespace
}  // namespace pcai::app
