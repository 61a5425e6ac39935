#include "grammar/pattern/pattern_tree.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace pcai::grammar {
namespace {

using Kind = PatternNode::Kind;

constexpr std::uint32_t kLast = 0x10FFFF;
constexpr std::uint32_t kMaxRepeats = 200;
constexpr int kMaxDepth = 30;

const CharacterSet kDigits = {{'0', '9'}};
const CharacterSet kWord = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
const CharacterSet kBlank = {{'\t', '\r'},     {' ', ' '},       {0xA0, 0xA0},     {0x1680, 0x1680},
                             {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                             {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
const CharacterSet kLineEnds = {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};

CharacterSet sorted(CharacterSet set) {
  std::sort(set.begin(), set.end());
  CharacterSet merged;
  for (const auto& [first, last] : set) {
    if (!merged.empty() && first <= merged.back().second + 1) {
      merged.back().second = std::max(merged.back().second, last);
    } else {
      merged.emplace_back(first, last);
    }
  }
  return merged;
}

CharacterSet others(const CharacterSet& set) {
  CharacterSet out;
  std::uint32_t next = 0;
  for (const auto& [first, last] : sorted(set)) {
    if (first > next) out.emplace_back(next, first - 1);
    next = last + 1;
  }
  if (next <= kLast) out.emplace_back(next, kLast);
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view pattern) : pattern_(pattern) {}

  std::optional<PatternNode> read() {
    PatternNode node = choice();
    if (wrong_ || !at_end()) return std::nullopt;
    return node;
  }

 private:
  bool at_end() const { return position_ == pattern_.size(); }
  char peek() const { return at_end() ? '\0' : pattern_[position_]; }

  bool take(std::string_view text) {
    if (!pattern_.substr(position_).starts_with(text)) return false;
    position_ += text.size();
    return true;
  }

  PatternNode fail() {
    wrong_ = true;
    position_ = pattern_.size();
    return {};
  }

  PatternNode choice() {
    if (++depth_ > kMaxDepth) return fail();
    PatternNode node{.kind = Kind::Choice};
    do {
      node.parts.push_back(sequence());
    } while (take("|"));
    --depth_;
    return node.parts.size() == 1 ? std::move(node.parts[0]) : node;
  }

  PatternNode sequence() {
    PatternNode node;
    while (!at_end() && peek() != '|' && peek() != ')') node.parts.push_back(repeated());
    return node;
  }

  PatternNode repeated() {
    PatternNode node = single();
    std::uint32_t least = 0;
    std::optional<std::uint32_t> most;
    if (take("*")) {
    } else if (take("+")) {
      least = 1;
    } else if (take("?")) {
      most = 1;
    } else if (peek() == '{') {
      if (!bounds(least, most)) return fail();
    } else {
      return node;
    }
    take("?");  // lazy: which of the matches is found does not matter
    if (least > kMaxRepeats || most.value_or(0) > kMaxRepeats) return fail();
    PatternNode repeat{.kind = Kind::Repeat, .least = least, .most = most};
    repeat.parts.push_back(std::move(node));
    return repeat;
  }

  bool bounds(std::uint32_t& least, std::optional<std::uint32_t>& most) {
    take("{");
    if (!number(least)) return false;
    most = least;
    if (take(",")) {
      most.reset();
      std::uint32_t value = 0;
      if (peek() != '}') {
        if (!number(value) || value < least) return false;
        most = value;
      }
    }
    return take("}");
  }

  bool number(std::uint32_t& value, int base = 10, std::size_t digits = 8) {
    const std::string_view text = pattern_.substr(position_, digits);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    position_ += static_cast<std::size_t>(end - text.data());
    return error == std::errc{};
  }

  PatternNode single() {
    if (take("^")) return {.kind = Kind::Begin};
    if (take("$")) return {.kind = Kind::End};
    if (take("(")) return group();
    if (take("[")) return {.kind = Kind::Character, .set = in_class()};
    if (take(".")) return {.kind = Kind::Character, .set = others(kLineEnds)};
    if (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{') return fail();
    return {.kind = Kind::Character, .set = character(false)};
  }

  PatternNode group() {
    Kind kind = Kind::Sequence;
    if (take("?=")) {
      kind = Kind::Look;
    } else if (take("?!")) {
      kind = Kind::LookNot;
    } else if (take("?<")) {
      if (peek() == '=' || peek() == '!') return fail();
      while (!at_end() && peek() != '>') ++position_;
      if (!take(">")) return fail();
    } else if (!take("?:") && peek() == '?') {
      return fail();
    }
    PatternNode node{.kind = kind};
    node.parts.push_back(choice());
    if (!take(")")) return fail();
    return node;
  }

  CharacterSet in_class() {
    const bool negated = take("^");
    CharacterSet set;
    while (!at_end() && peek() != ']') {
      CharacterSet first = character(true);
      const bool one = first.size() == 1 && first[0].first == first[0].second;
      if (one && peek() == '-' && pattern_.substr(position_ + 1, 1) != "]") {
        take("-");
        const CharacterSet last = character(true);
        if (last.size() != 1 || last[0].first != last[0].second || last[0].first < first[0].first) {
          fail();
          return {};
        }
        first[0].second = last[0].first;
      }
      set.insert(set.end(), first.begin(), first.end());
    }
    if (!take("]")) fail();
    return negated ? others(set) : sorted(set);
  }

  /// An escape, or a character of UTF-8.
  CharacterSet character(bool in_class) {
    if (take("\\")) return escape(in_class);
    const auto byte = static_cast<unsigned char>(peek());
    const std::size_t size = byte < 0x80   ? 1
                             : byte < 0xC2 ? 0
                             : byte < 0xE0 ? 2
                             : byte < 0xF0 ? 3
                                           : 4;
    if (size == 0 || position_ + size > pattern_.size()) {
      fail();
      return {};
    }
    std::uint32_t code = size == 1 ? byte : byte & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
      code = (code << 6U) | (static_cast<unsigned char>(pattern_[position_ + i]) & 0x3FU);
    }
    position_ += size;
    return {{code, code}};
  }

  CharacterSet escape(bool in_class) {
    const char c = peek();
    if (at_end()) {
      fail();
      return {};
    }
    ++position_;
    const auto one = [](std::uint32_t code) { return CharacterSet{{code, code}}; };
    switch (c) {
      case 'd': return kDigits;
      case 'D': return others(kDigits);
      case 'w': return kWord;
      case 'W': return others(kWord);
      case 's': return kBlank;
      case 'S': return others(kBlank);
      case 't': return one('\t');
      case 'n': return one('\n');
      case 'r': return one('\r');
      case 'f': return one('\f');
      case 'v': return one('\v');
      case 'x':
      case 'u': return code_of(c);
      case 'b':
        if (in_class) return one('\b');
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x80 &&
            std::isalnum(static_cast<unsigned char>(c)) == 0) {
          return one(static_cast<unsigned char>(c));
        }
    }
    fail();
    return {};
  }

  CharacterSet code_of(char kind) {
    std::uint32_t code = 0;
    const bool braced = kind == 'u' && take("{");
    const bool read = number(code, 16, braced ? 6 : kind == 'u' ? 4 : 2);
    if (!read || (braced && !take("}")) || code > kLast) fail();
    return {{code, code}};
  }

  std::string_view pattern_;
  std::size_t position_ = 0;
  int depth_ = 0;
  bool wrong_ = false;
};

}  // namespace

bool PatternNode::placed() const {
  return kind == Kind::Look || kind == Kind::LookNot || kind == Kind::Begin || kind == Kind::End ||
         std::any_of(parts.begin(), parts.end(),
                     [](const PatternNode& part) { return part.placed(); });
}

std::optional<PatternNode> read_pattern(std::string_view pattern) {
  return Reader(pattern).read();
}

}  // namespace pcai::grammar
