#include "grammar/pattern/ecma_pattern.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace pcai::grammar {
namespace {

constexpr const char* kAnyButLineEnds = R"([^\n\r\u2028\u2029])";
constexpr const char* kBlank =
    R"([\t\n\x0B\f\r \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF])";
constexpr const char* kNoBlank =
    R"([^\t\n\x0B\f\r \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF])";
// llguidance adds '"' and '\' to every class that has all control characters in it. This one cannot
// be written in an answer anyway.
constexpr const char* kNotAll = R"(\x01)";

/// A control character that has no short escape in JSON.
bool is_unwritable(std::uint32_t character) noexcept {
  const bool has_escape =
      (character >= 0x08 && character <= 0x0D && character != 0x0B);  // \b \t \n \f \r
  return (character < 0x20 || character == 0x7F) && !has_escape;
}

class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern) {}

  tl::expected<std::string, std::string> translate() {
    while (position_ < pattern_.size() && fault_.empty()) step();
    if (!fault_.empty()) return tl::unexpected("the pattern has " + fault_);
    return std::move(out_);
  }

 private:
  char at(std::size_t offset) const {
    return position_ + offset < pattern_.size() ? pattern_[position_ + offset] : '\0';
  }

  void copy(std::size_t count) {
    out_ += pattern_.substr(position_, count);
    position_ += count;
  }

  void replace(std::size_t count, const char* text) {
    out_ += text;
    position_ += count;
  }

  void step() {
    const char c = at(0);
    check_character(static_cast<unsigned char>(c));
    if (c == '\\') {
      escape();
    } else if (in_class_) {
      inside(c);
    } else if (c == '[') {
      negated_ = at(1) == '^';
      if (at(negated_ ? 2 : 1) == ']') fault_ = "a character class that begins with ']'";
      in_class_ = true;
      copy(negated_ ? 2 : 1);
      if (negated_) out_ += kNotAll;
      if (negated_ && at(0) == '-') replace(1, "\\-");  // no range from the one before
    } else if (c == '.') {
      replace(1, kAnyButLineEnds);
    } else {
      copy(1);
    }
  }

  void inside(char c) {
    if (c == '[' && at(1) == ':') {
      fault_ = "'[:' in a character class";
    } else if (c == at(1) && (c == '&' || c == '-' || c == '~')) {
      fault_ = "'" + std::string(2, c) + "' in a character class";
    } else if (c == '[') {
      replace(1, "\\[");
    } else {
      if (c == ']') in_class_ = negated_ = false;
      copy(1);
    }
  }

  void escape() {
    const char c = at(1);
    if (c == 's' || c == 'S') return replace(2, c == 's' ? kBlank : kNoBlank);
    if (c == 'v' || c == 'a' || c == '0' || c == 'c') check_character(0);
    if (c == 'x') check_hex(pattern_.substr(position_ + 2, 2));
    if (c == 'u' && at(2) != '{') check_hex(pattern_.substr(position_ + 2, 4));
    if (c == 'u' && at(2) == '{') check_hex(braced());
    if (c == 'p' || c == 'P') check_property(c == 'P', at(2) == '{' ? braced() : "");
    copy(2);
  }

  /// What stands between the braces after an escape of one letter.
  std::string_view braced() const {
    const std::string_view rest = pattern_.substr(std::min(position_ + 3, pattern_.size()));
    return rest.substr(0, rest.find('}'));
  }

  void check_hex(std::string_view digits) {
    std::uint32_t character = 0x20;
    std::from_chars(digits.data(), digits.data() + digits.size(), character, 16);
    check_character(character);
  }

  /// In a negated class it does no harm.
  void check_character(std::uint32_t character) {
    if (is_unwritable(character) && !negated_) fault_ = "a control character";
  }

  /// Only those of which it is known that they have all control characters, '"' and '\' in them, or
  /// no control character.
  void check_property(bool negated, std::string_view name) {
    const bool category = !name.empty() && name.size() <= 2 &&
                          std::string_view("LMNPSZ").find(name[0]) != std::string_view::npos;
    const bool script = name.starts_with("Script=") || name.starts_with("sc=");
    const bool emoji = name.starts_with("Emoji") || name == "Extended_Pictographic" ||
                       name == "Regional_Indicator";
    const bool known = category || script || emoji || name == "Letter" || name == "Number";
    if (!known || (negated && name[0] == 'P')) {
      fault_ = std::string("the class \\") + (negated ? 'P' : 'p') + "{" + std::string(name) + "}";
    }
  }

  std::string_view pattern_;
  std::size_t position_ = 0;
  std::string out_;
  std::string fault_;
  bool in_class_ = false;
  bool negated_ = false;  // the class
};

}  // namespace

tl::expected<std::string, std::string> translate_pattern(std::string_view pattern) {
  return Translator(pattern).translate();
}

}  // namespace pcai::grammar
