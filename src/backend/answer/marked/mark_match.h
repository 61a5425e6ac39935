#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pcai::backend::answer {

bool is_blank(char c) noexcept;

enum class Fit : std::uint8_t { None, Begun, Whole };  // Begun: the text ends inside the mark

/// Whether a text begins with a mark (family_marks.h), and how long it is there.
struct MarkFit {
  Fit fit = Fit::None;
  std::size_t length = 0;  // if it is whole
};
MarkFit fit_mark(std::string_view mark, std::string_view text);

/// The first of the marks in a text: where it is, and which. Where none is whole, but the text ends
/// inside one, `fit` is Begun.
struct FoundMark {
  Fit fit = Fit::None;
  std::size_t position = 0;  // the text's end if there is none
  std::size_t length = 0;
  std::size_t which = 0;
};
FoundMark find_mark(const std::vector<std::string_view>& marks, std::string_view text);

/// The words of a mark, without what stands for something else.
std::vector<std::string> words_of(std::string_view mark);

}  // namespace pcai::backend::answer
