#include "app/terminal/word_wrap.h"

#include <algorithm>

#include "app/terminal/text_table.h"

namespace pcai::app {
namespace {

constexpr std::string_view kFence = "```";
constexpr std::size_t kTab = 8;

std::size_t character_bytes(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return std::min(length, text.size());
}

}  // namespace

std::string WordWrap::add(std::string_view piece) {
  std::string out;
  while (!piece.empty()) {
    const std::size_t length = character_bytes(piece);
    take(piece.substr(0, length), out);
    piece.remove_prefix(length);
  }
  if (in_code_) end_word(out);
  return out;
}

std::string WordWrap::end() {
  std::string out;
  end_word(out);
  out += blanks_;
  *this = WordWrap(std::move(width_));
  return out;
}

void WordWrap::take(std::string_view character, std::string& out) {
  if (character == "\n") return end_line(out);
  if (line_start_.size() < kFence.size() && (character != " " || !line_start_.empty())) {
    line_start_ += character;
  }
  if (character == " " || character == "\t") {
    end_word(out);
    is_inside_word_ = false;
    blanks_ += character;
    return;
  }
  // Between wide characters a line may break: their scripts have no blanks.
  const bool is_wide = display_width(character) > 1;
  if (is_wide) end_word(out);
  word_ += character;
  if (is_wide) {
    end_word(out);
  } else if (display_width(word_) >= width_()) {
    end_word(out);
    is_inside_word_ = true;
  }
}

void WordWrap::end_word(std::string& out) {
  if (word_.empty()) return;
  std::size_t blanks = 0;
  for (const char blank : blanks_) blanks += blank == '\t' ? kTab - (column_ + blanks) % kTab : 1;
  const std::size_t word = display_width(word_);
  const bool fits = column_ + blanks + word <= width_();
  if (is_inside_word_) {
    column_ %= std::max<std::size_t>(width_(), 1);  // the terminal breaks it
  } else if (column_ > 0 && !fits && !in_code_) {
    out += '\n';
    column_ = 0;
  } else {
    out += blanks_;
    column_ += blanks;
  }
  out += word_;
  column_ += word;
  blanks_.clear();
  word_.clear();
}

void WordWrap::end_line(std::string& out) {
  end_word(out);
  is_inside_word_ = false;
  out += blanks_ + "\n";
  blanks_.clear();
  column_ = 0;
  if (line_start_ == kFence) in_code_ = !in_code_;
  line_start_.clear();
}

}  // namespace pcai::app
