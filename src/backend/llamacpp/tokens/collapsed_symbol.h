#pragma once

#include <array>
#include <string_view>

namespace pcai::backend::llamacpp {

/// A category of code points. llama.cpp matches patterns with categories against a text in which
/// each code point from 128 on is replaced by a symbol that stands for its category.
struct CollapsedCategory {
  std::u32string_view name;   // as a pattern says it: "L" is \p{L}
  char32_t symbol;            // in place of the code points from 128 on
  std::u32string_view ascii;  // pairs: the ranges of those below
};

inline constexpr char32_t kCollapsedNumber = 0xD1;
inline constexpr char32_t kCollapsedLetter = 0xD2;
inline constexpr char32_t kCollapsedPunctuation = 0xD3;
inline constexpr char32_t kCollapsedMark = 0xD4;
inline constexpr char32_t kCollapsedSymbol = 0xD5;
inline constexpr char32_t kCollapsedOther = 0xD0;
inline constexpr char32_t kCollapsedBlank = 0x0B;

inline constexpr std::u32string_view kAsciiLetters = U"AZaz";

/// llama.cpp takes the kinds of letters for one.
inline constexpr std::array<CollapsedCategory, 10> kCollapsedCategories = {{
    {U"N", kCollapsedNumber, U"09"},
    {U"L", kCollapsedLetter, kAsciiLetters},
    {U"Lu", kCollapsedLetter, kAsciiLetters},
    {U"Ll", kCollapsedLetter, kAsciiLetters},
    {U"Lt", kCollapsedLetter, kAsciiLetters},
    {U"Lm", kCollapsedLetter, kAsciiLetters},
    {U"Lo", kCollapsedLetter, kAsciiLetters},
    {U"P", kCollapsedPunctuation, U"!#%*,/:;?@[]__{{}}"},
    {U"M", kCollapsedMark, U""},
    {U"S", kCollapsedSymbol, U"$$++<>^^``||~~"},
}};

}  // namespace pcai::backend::llamacpp
