#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace pcai::grammar {

/// The text of a GBNF grammar and a place in it. `text` is valid UTF-8 and outlives it.
class GbnfText {
 public:
  explicit GbnfText(std::string_view text) : text_(text) {}

  bool at_end() const noexcept { return position_ == text_.size(); }
  std::size_t position() const noexcept { return position_; }

  /// From 1.
  std::size_t line_of(std::size_t position) const noexcept;

  /// The character here, as UTF-8; "" at the end.
  std::string sign() const;

  /// Goes behind blanks and comments, and behind ends of lines if `lines`.
  void skip_blanks(bool lines) noexcept;

  /// Goes behind `text` if it stands here.
  bool take(std::string_view text) noexcept;

  /// Goes behind the '-' of a range. A '-' before a ']' is none.
  bool take_range() noexcept;

  /// As many characters of `set` as stand here.
  std::string_view take_all(std::string_view set) noexcept;

  /// A token between '<' and '>', with these; nullopt, and nothing is taken, if it is not whole.
  std::optional<std::string_view> take_token() noexcept;

  /// A decimal number up to `most`; nullopt, and nothing is taken, if there is none.
  std::optional<int> number(int most) noexcept;

  /// A code point, plain or escaped (\n, \x41, \u00E9 …). `missing`: the reason if none is left.
  Result<char32_t> character(const char* missing);

 private:
  Result<char32_t> escaped();

  std::string_view text_;
  std::size_t position_ = 0;
};

/// A code point in a regular expression of Lark, inside a class or outside.
std::string regex_character(char32_t character);

}  // namespace pcai::grammar
