#include "backend/answer/marked/mark_match.h"

#include <algorithm>

namespace pcai::backend::answer {
namespace {

constexpr std::size_t kLongestWord = 128;
constexpr std::size_t kMostBlanks = 256;

bool is_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

}  // namespace

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

MarkFit fit_mark(std::string_view mark, std::string_view text) {
  std::size_t at = 0;
  for (const char c : mark) {
    const std::size_t begin = at;
    if (c == '~') {
      while (at < text.size() && at - begin < kMostBlanks && is_blank(text[at])) ++at;
      continue;
    }
    if (c == '#') {
      while (at < text.size() && at - begin < kLongestWord && is_word(text[at])) ++at;
      if (at == text.size()) return {Fit::Begun};
      if (at == begin) return {};
      continue;
    }
    if (at == text.size()) return {Fit::Begun};
    if (text[at++] != c) return {};
  }
  return {Fit::Whole, at};
}

FoundMark find_mark(const std::vector<std::string_view>& marks, std::string_view text) {
  for (std::size_t position = 0; position < text.size(); ++position) {
    const std::string_view rest = text.substr(position);
    FoundMark begun;
    for (std::size_t which = 0; which < marks.size(); ++which) {
      // Blanks before a mark belong to the text.
      if (marks[which].empty() || (rest[0] != marks[which][0] && marks[which][0] != '~')) continue;
      if (marks[which][0] == '~' && is_blank(rest[0])) continue;
      const MarkFit fit = fit_mark(marks[which], rest);
      if (fit.fit == Fit::Whole) return {Fit::Whole, position, fit.length, which};
      if (fit.fit == Fit::Begun) begun = {Fit::Begun, position, 0, which};
    }
    if (begun.fit == Fit::Begun) return begun;
  }
  return {Fit::None, text.size()};
}

std::vector<std::string> words_of(std::string_view mark) {
  std::vector<std::string> words(1);
  for (const char c : mark) {
    if (c != '~' && c != '#') {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace pcai::backend::answer
