#include "words/random_text.h"

#include <array>
#include <string_view>

namespace pcai::test {
namespace {

using namespace std::string_view_literals;

constexpr std::array kPieces = {
    " "sv, "  "sv, "   "sv, "    "sv, "\t"sv, "\n"sv, "\r\n"sv, "\n\n"sv, "\v"sv, "\f"sv, "\x1c"sv,
    "\x1f"sv, "\x7f"sv, "\0"sv,
    // contractions, and what only looks like one
    "'"sv, "'s"sv, "'S"sv, "'ll"sv, "'RE"sv, "'ve"sv, "'d"sv, "'x"sv, "’s"sv, "ſ"sv, "K"sv, "İ"sv,
    // letters, marks and digits of several scripts
    "a"sv, "b"sv, "Z"sv, "hello"sv, "WORLD"sv, "Hello"sv, "ü"sv, "ß"sv, "e\u0301"sv, "\u0301"sv,
    "ж"sv, "Д"sv, "中"sv, "国"sv, "あ"sv, "カ"sv, "ｶ"sv, "한"sv, "ㄱ"sv, "ㄅ"sv, "ก"sv, "ា"sv,
    "ि"sv, "क"sv, "ǅ"sv, "ʰ"sv, "𝒳"sv, "1"sv, "12"sv, "123"sv, "1234567"sv, "٣"sv, "½"sv, "𝟘"sv,
    // signs
    "."sv, ","sv, "!"sv, "?"sv, "/"sv, "-"sv, "_"sv, "("sv, ")"sv, "["sv, "]"sv, "{"sv, "}"sv,
    "|"sv, "~"sv, "`"sv, "^"sv, "$"sv, "+"sv, "<"sv, ">"sv, "="sv, "@"sv, "#"sv, "\\"sv, "\""sv,
    "&"sv, "*"sv, "%"sv, ":"sv, ";"sv, "，"sv, "。"sv, "、"sv, "！"sv, "…"sv, "“"sv, "—"sv, "،"sv,
    "۔"sv, "।"sv, "▁"sv, "👍"sv, "👩‍👩‍👧"sv, "🏽"sv, "\u200d"sv,
    // blanks of other scripts, a byte order mark, a place for private use
    "\u0085"sv, "\u00a0"sv, "\u3000"sv, "\u2028"sv, "\ufeff"sv, "\ue000"sv,
    // what Chameleon's pre-tokenizer looks for
    "<sentinel:12>"sv, "IMGIMGABCZ"sv, "IMGIMGABCDEZ"sv,
    // no UTF-8: a byte alone, a part of a character, a surrogate
    "\xff"sv, "\xc3"sv, "\xe2\x82"sv, "\xed\xa0\x80"sv};

std::string encoded(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (point < 0x80) return {byte(point)};
  const char last = byte(0x80 | (point & 63));
  if (point < 0x800) return {byte(0xC0 | point >> 6), last};
  const char third = byte(0x80 | (point >> 6 & 63));
  if (point < 0x10000) return {byte(0xE0 | point >> 12), third, last};
  return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 63)), third, last};
}

}  // namespace

std::string RandomTexts::next() {
  constexpr auto kCount = static_cast<std::uint32_t>(kPieces.size());
  std::array<std::string_view, 6> few;  // so that runs and repetitions come about
  for (std::string_view& piece : few) piece = kPieces[below(kCount)];
  const bool mostly_few = below(3) == 0;
  std::string text;
  for (std::uint32_t left = 1 + below(40); left > 0; --left) {
    const std::uint32_t kind = below(20);
    if (mostly_few && kind < 14) {
      text += few[below(few.size())];
    } else if (kind < 15) {
      text += kPieces[below(kCount)];
    } else if (kind < 17) {
      text += encoded(below(0x3000));
    } else if (kind < 18) {
      text += encoded(below(0x110000));
    } else if (kind < 19) {
      const std::string_view piece = kPieces[below(kCount)];
      for (std::uint32_t times = below(12); times > 0; --times) text += piece;
    } else {
      text += static_cast<char>(below(256));
    }
  }
  return text;
}

}  // namespace pcai::test
