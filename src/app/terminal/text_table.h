#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pcai::app {

/// A table for people: columns as wide as their widest cell, two blanks between them.
class TextTable {
 public:
  enum class Align : std::uint8_t { Left, Right };

  struct Column {
    std::string title;
    Align align = Align::Left;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One row; missing cells are empty, those beyond the columns are a mistake of the caller.
  /// Control characters are shown as \xNN.
  void add_row(std::vector<std::string> cells);

  /// The title line and a line for each row, without blanks at their ends.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns that a terminal needs for UTF-8 text: two for East Asian wide characters and emoji.
std::size_t display_width(std::string_view text) noexcept;

/// "98.3 MB", "1.2 GB": decimal units, as disks and downloads are counted.
std::string human_size(std::uint64_t bytes);

}  // namespace pcai::app
