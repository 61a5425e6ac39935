#include "grammar/pattern/other_text.h"

#include <algorithm>
#include <string_view>

namespace pcai::grammar {
namespace {

constexpr const char* kSomething = R"([\s\S])";
constexpr std::size_t kMaxText = 200;  // bytes

/// Text as characters, each of one or more bytes.
std::optional<std::vector<std::string>> characters_of(const std::string& text) {
  std::vector<std::string> characters;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t size = byte < 0x80   ? 1
                             : byte < 0xC2 ? 0
                             : byte < 0xE0 ? 2
                             : byte < 0xF0 ? 3
                                           : 4;
    if (size == 0 || at + size > text.size()) return std::nullopt;
    characters.push_back(text.substr(at, size));
    at += size;
  }
  return characters;
}

std::string quoted(const std::string& character) {
  const bool special = std::string_view(R"(\^$.|?*+()[]{}-/)").find(character) != std::string::npos;
  return special ? "\\" + character : character;
}

using Words = std::vector<std::vector<std::string>>;  // sorted

/// What may follow the first `depth` characters, which all words from `begin` to `end` share.
std::string others(const Words& words, std::size_t begin, std::size_t end, std::size_t depth) {
  const bool ends = words[begin].size() == depth;
  if (ends) ++begin;
  if (begin == end) return std::string(kSomething) + "+";
  std::string known;
  std::string below;
  while (begin < end) {
    const std::string& character = words[begin][depth];
    std::size_t next = begin;
    while (next < end && words[next][depth] == character) ++next;
    known += quoted(character);
    below += "|" + quoted(character) + "(?:" + others(words, begin, next, depth + 1) + ")";
    begin = next;
  }
  return (ends ? "" : "|") + ("[^" + known + "]" + kSomething + "*" + below);
}

}  // namespace

std::optional<std::string> pattern_of_others(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  Words words;
  for (const std::string& text : texts) {
    auto characters = text.size() > kMaxText ? std::nullopt : characters_of(text);
    if (!characters) return std::nullopt;
    words.push_back(*std::move(characters));
  }
  if (words.empty()) return std::string();
  return "^(?:" + others(words, 0, words.size(), 0) + ")$";
}

std::string literal_pattern(const std::string& text) {
  std::string pattern;
  for (const char c : text) pattern += quoted(std::string(1, c));
  return pattern;
}

}  // namespace pcai::grammar
