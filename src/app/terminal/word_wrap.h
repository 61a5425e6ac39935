#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace pcai::app {

/// Lets the words of a text that comes in pieces move to the next line instead of breaking at the
/// terminal's edge. It keeps the word that is not complete yet. Lines of code (between ``` marks)
/// and words that are wider than the terminal stay as they are.
class WordWrap {
 public:
  /// `width` is asked for the columns at each word, so that a resize counts at once.
  explicit WordWrap(std::function<std::size_t()> width) : width_(std::move(width)) {}

  /// What is to be shown now. `piece` holds whole UTF-8 characters.
  std::string add(std::string_view piece);

  /// The rest. The next piece begins at the start of a line.
  std::string end();

 private:
  void take(std::string_view character, std::string& out);
  void end_word(std::string& out);
  void end_line(std::string& out);

  std::function<std::size_t()> width_;
  std::string blanks_;           // between the last word that was shown and `word_`
  std::string word_;             // not complete yet
  std::size_t column_ = 0;       // of what was shown
  std::string line_start_;       // of the text's line, as far as it matters
  bool is_inside_word_ = false;  // the beginning of `word_` is shown already
  bool in_code_ = false;
};

}  // namespace pcai::app
