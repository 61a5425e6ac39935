#pragma once

#include <cstdio>
#include <string>

#include "app/answer.h"
#include "app/terminal/word_wrap.h"

namespace pcai::app {

/// Shows an answer as it comes: the text on stdout, the reasoning dimmed on a terminal. On a
/// terminal words do not break at its edge, and nothing can drive it; a pipe gets the text as it
/// is.
class AnswerPrinter {
 public:
  /// `reasoning` is stdout or stderr.
  explicit AnswerPrinter(std::FILE* reasoning);

  AnswerPrinter(const AnswerPrinter&) = delete;
  AnswerPrinter& operator=(const AnswerPrinter&) = delete;

  /// For get_answer; they refer to this object.
  AnswerPieces pieces();

  /// Shows what is kept back, and ends the line where one has begun. Returns false if some of the
  /// answer could not be written.
  bool end();

  bool wrote() const noexcept { return wrote_; }

 private:
  bool text(std::string_view piece);
  bool reason(std::string_view piece);
  void end_reasoning();
  bool write(const std::string& text);
  void write_reasoning(const std::string& text);

  std::FILE* const reasoning_stream_;
  const bool is_terminal_;  // stdout
  const bool shows_reasoning_;
  WordWrap words_;
  WordWrap reasoning_words_;
  bool reasons_ = false;  // has shown some, and no text since
  bool wrote_ = false;
  bool is_lost_ = false;
  char last_ = '\n';
};

}  // namespace pcai::app
