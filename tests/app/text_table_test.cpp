#include "app/terminal/text_table.h"

#include <gtest/gtest.h>

#include "app/terminal/load_display.h"

namespace pcai::app {
namespace {

TEST(TextTableTest, ColumnsAreAsWideAsTheirWidestCell) {
  TextTable table({{"ID"}, {"SIZE", TextTable::Align::Right}, {"KIND"}});
  table.add_row({"a", "1.0 MB", "x"});
  table.add_row({"longer", "12.0 MB", ""});
  EXPECT_EQ(table.text(),
            "ID         SIZE  KIND\n"
            "a        1.0 MB  x\n"
            "longer  12.0 MB\n");
}

TEST(TextTableTest, WidthIsCountedInColumnsNotInBytes) {
  TextTable table({{"ID"}, {"X"}});
  table.add_row({"世界", "1"});
  table.add_row({"é", "2"});
  EXPECT_EQ(table.text(),
            "ID    X\n"
            "世界  1\n"
            "é     2\n");
}

TEST(TextTableTest, ACellCannotBreakTheTable) {
  TextTable table({{"ID"}});
  table.add_row({"a\nb\x1b[0m"});
  EXPECT_EQ(table.text(), "ID\na\\x0ab\\x1b[0m\n");
}

TEST(TextTableTest, WithoutRowsOnlyTheTitlesAreThere) {
  EXPECT_EQ(TextTable({{"ID"}, {"SIZE"}}).text(), "ID  SIZE\n");
}

TEST(TextTableTest, CombiningMarksTakeNoColumn) {
  EXPECT_EQ(display_width("e\u0301"), 1U);
}

TEST(HumanSizeTest, TheUnitFitsTheSize) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(999), "999 B");
  EXPECT_EQ(human_size(1000), "1.0 kB");
  EXPECT_EQ(human_size(98'362'432), "98.4 MB");
  EXPECT_EQ(human_size(999'949'999), "999.9 MB");
  EXPECT_EQ(human_size(999'950'000), "1.0 GB");
  EXPECT_EQ(human_size(UINT64_MAX), "18446744.1 TB");
}

TEST(ProgressLineTest, TheBarGrowsWithTheLoad) {
  EXPECT_EQ(progress_line("m", 0, 40), "loading m  [...................]    0 %");
  EXPECT_EQ(progress_line("m", 50, 40), "loading m  [#########..........]   50 %");
}

TEST(ProgressLineTest, TheLineNeverWraps) {
  for (std::size_t width = 10; width < 200; ++width) {
    for (const int percent : {0, 7, 50, 100}) {
      EXPECT_LE(display_width(progress_line("some-model", percent, width)), width);
    }
  }
}

}  // namespace
}  // namespace pcai::app
