#include "app/terminal/answer_printer.h"

#include "app/terminal/terminal.h"
#include "platform/console.h"

namespace pcai::app {
namespace {

WordWrap wrap_for(std::FILE* stream) {
  return WordWrap([stream] { return platform::terminal_width(stream); });
}

}  // namespace

AnswerPrinter::AnswerPrinter(std::FILE* reasoning)
    : reasoning_stream_(reasoning),
      is_terminal_(platform::is_terminal(stdout)),
      shows_reasoning_(platform::is_terminal(reasoning)),
      words_(wrap_for(stdout)),
      reasoning_words_(wrap_for(reasoning)) {}

AnswerPieces AnswerPrinter::pieces() {
  return {.text = [this](std::string_view piece) { return text(piece); },
          .reasoning = [this](std::string_view piece) { return reason(piece); },
          .warning = [](std::string_view said) { print_warning(said); }};
}

bool AnswerPrinter::end() {
  end_reasoning();
  if (is_terminal_) write(words_.end());
  if (wrote_ && last_ != '\n') write("\n");
  return !is_lost_;
}

bool AnswerPrinter::text(std::string_view piece) {
  end_reasoning();
  return write(is_terminal_ ? words_.add(terminal_safe(piece, true)) : std::string(piece));
}

bool AnswerPrinter::reason(std::string_view piece) {
  if (!shows_reasoning_) return true;
  reasons_ = true;
  write_reasoning(reasoning_words_.add(terminal_safe(piece, true)));
  return !is_lost_;
}

void AnswerPrinter::end_reasoning() {
  if (!reasons_) return;
  reasons_ = false;
  write_reasoning(reasoning_words_.end());
  write_reasoning("\n\n");
}

bool AnswerPrinter::write(const std::string& text) {
  if (text.empty() || is_lost_) return !is_lost_;
  is_lost_ = !write_out(text);
  wrote_ = true;
  last_ = text.back();
  return !is_lost_;
}

void AnswerPrinter::write_reasoning(const std::string& text) {
  if (text.empty()) return;
  const std::string shown = styled(text, Style::Dim, reasoning_stream_);
  if (reasoning_stream_ == stdout) {
    is_lost_ |= !write_out(shown);
  } else {
    std::fputs(shown.c_str(), reasoning_stream_);
    std::fflush(reasoning_stream_);
  }
}

}  // namespace pcai::app
