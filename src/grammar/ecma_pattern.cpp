#include "grammar/ecma_pattern.h"

namespace pcai {
namespace {

constexpr const char* kAnyButLineEnds = R"([^\n\r\u2028\u2029])";
constexpr const char* kBlank =
    R"([\t\n\x0B\f\r \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF])";
constexpr const char* kNoBlank =
    R"([^\t\n\x0B\f\r \u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF])";

}  // namespace

tl::expected<std::string, std::string> translate_pattern(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (c == '\\') {
      if (next == 's') {
        out += kBlank;
      } else if (next == 'S') {
        out += kNoBlank;
      } else {
        out += pattern.substr(i, 2);
      }
      ++i;
    } else if (!in_class) {
      in_class = c == '[';
      out += c == '.' ? kAnyButLineEnds : std::string(1, c);
      if (in_class && next == '^') out += pattern[++i];
      if (in_class && i + 1 < pattern.size() && pattern[i + 1] == ']') {
        return tl::unexpected(
            std::string("the pattern has a character class that begins with ']'"));
      }
    } else if (c == '[' && next == ':') {
      return tl::unexpected(std::string("the pattern has '[:' in a character class"));
    } else if (c == next && (c == '&' || c == '-' || c == '~')) {
      return tl::unexpected(
          std::string("the pattern has '" + std::string(2, c) + "' in a character class"));
    } else {
      in_class = c != ']';
      out += c == '[' ? "\\[" : std::string(1, c);
    }
  }
  return out;
}

}  // namespace pcai
