#include "grammar/gbnf/gbnf_text.h"

#include <algorithm>
#include <charconv>

namespace pcai::grammar {
namespace {

std::size_t bytes_of(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead < 0xE0) return 2;
  return lead < 0xF0 ? 3 : 4;
}

bool is_scalar(char32_t character) noexcept {
  return character <= 0x10FFFF && (character < 0xD800 || character > 0xDFFF);
}

}  // namespace

std::size_t GbnfText::line_of(std::size_t position) const noexcept {
  const auto begin = text_.begin();
  return 1 + static_cast<std::size_t>(
                 std::count(begin, begin + static_cast<std::ptrdiff_t>(position), '\n'));
}

std::string GbnfText::sign() const {
  if (at_end()) return "";
  return std::string(
      text_.substr(position_, bytes_of(static_cast<unsigned char>(text_[position_]))));
}

void GbnfText::skip_blanks(bool lines) noexcept {
  while (!at_end()) {
    const char c = text_[position_];
    if (c == '#') {
      position_ = std::min(text_.find_first_of("\r\n", position_), text_.size());
    } else if (c == ' ' || c == '\t' || (lines && (c == '\r' || c == '\n'))) {
      ++position_;
    } else {
      return;
    }
  }
}

bool GbnfText::take(std::string_view text) noexcept {
  if (text_.compare(position_, text.size(), text) != 0) return false;
  position_ += text.size();
  return true;
}

bool GbnfText::take_range() noexcept {
  if (position_ + 1 >= text_.size() || text_[position_ + 1] == ']') return false;
  return take("-");
}

std::string_view GbnfText::take_all(std::string_view set) noexcept {
  const std::size_t end = std::min(text_.find_first_not_of(set, position_), text_.size());
  const std::string_view taken = text_.substr(position_, end - position_);
  position_ = end;
  return taken;
}

std::optional<std::string_view> GbnfText::take_token() noexcept {
  const std::size_t end = text_.find_first_of("> \t\r\n", position_);
  if (end == std::string_view::npos || text_[end] != '>' || end <= position_ + 1) return {};
  const std::string_view inside = text_.substr(position_ + 1, end - position_ - 1);
  if (inside.find_first_of("<\"/") != std::string_view::npos) return {};
  if (inside.front() == '[') {
    const bool numbers = inside.size() > 2 && inside.back() == ']' &&
                         inside.substr(1, inside.size() - 2).find_first_not_of("0123456789") ==
                             std::string_view::npos;
    if (!numbers) return {};
  }
  const std::string_view token = text_.substr(position_, end + 1 - position_);
  position_ = end + 1;
  return token;
}

std::optional<int> GbnfText::number(int most) noexcept {
  int value = 0;
  const char* const begin = text_.data() + position_;
  const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
  if (error != std::errc() || *begin == '-' || value > most) return {};
  position_ += static_cast<std::size_t>(end - begin);
  return value;
}

Result<char32_t> GbnfText::character(const char* missing) {
  if (at_end()) return fail(ErrorCode::InvalidRequest, missing);
  if (take("\\")) return escaped();
  const auto lead = static_cast<unsigned char>(text_[position_]);
  const std::size_t size = bytes_of(lead);
  char32_t character = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    character = character << 6 | (static_cast<unsigned char>(text_[position_ + i]) & 0x3FU);
  }
  position_ += size;
  return character;
}

Result<char32_t> GbnfText::escaped() {
  const std::string sign = this->sign();
  take(sign);
  if (sign == "n") return U'\n';
  if (sign == "r") return U'\r';
  if (sign == "t") return U'\t';
  if (sign == "\\" || sign == "\"" || sign == "[" || sign == "]") {
    return static_cast<char32_t>(sign.front());
  }
  const std::size_t digits = sign == "x" ? 2 : sign == "u" ? 4 : sign == "U" ? 8 : 0;
  if (digits == 0) {
    return fail(ErrorCode::InvalidRequest, "'\\" + sign + "' is not an escape sequence");
  }
  std::uint32_t value = 0;
  const std::string_view text = text_.substr(position_, digits);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  const bool whole = error == std::errc() && end == text.data() + digits;
  if (!whole || !is_scalar(value)) {
    return fail(ErrorCode::InvalidRequest, "'\\" + sign + "' must be followed by the " +
                                               std::to_string(digits) +
                                               " hexadecimal digits of a character");
  }
  position_ += digits;
  return value;
}

std::string regex_character(char32_t character) {
  const bool plain = (character >= 'a' && character <= 'z') ||
                     (character >= 'A' && character <= 'Z') ||
                     (character >= '0' && character <= '9');
  if (plain) return {static_cast<char>(character)};
  char hex[8];
  const auto [end, error] =
      std::to_chars(std::begin(hex), std::end(hex), static_cast<std::uint32_t>(character), 16);
  return "\\x{" + std::string(std::begin(hex), end) + "}";
}

}  // namespace pcai::grammar
