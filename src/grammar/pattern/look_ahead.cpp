#include "grammar/pattern/look_ahead.h"

#include <vector>

#include "grammar/pattern/pattern_tree.h"
#include "grammar/pattern/text_language.h"

namespace pcai::grammar {
namespace {

using Id = TextLanguages::Id;
using Kind = PatternNode::Kind;

constexpr std::uint32_t kMaxPlaced = 4;  // repetitions of something with a look-ahead
constexpr std::size_t kMaxBytes = 4096;

void collect(const PatternNode& node, std::vector<CharacterSet>& sets) {
  if (node.kind == Kind::Character) sets.push_back(node.set);
  for (const PatternNode& part : node.parts) collect(part, sets);
}

/// Whether it matches no character at all, wherever it stands.
bool takes_nothing(const PatternNode& node) {
  if (node.kind == Kind::Sequence) {
    for (const PatternNode& part : node.parts) {
      if (!takes_nothing(part)) return false;
    }
    return true;
  }
  return node.kind == Kind::Look || node.kind == Kind::LookNot || node.kind == Kind::Begin ||
         node.kind == Kind::End;
}

/// Where in the text something stands.
enum class Place : std::uint8_t { Begin, Later, Unknown };

/// The texts from a place on that a pattern matches, given those that may follow it.
class Texts {
 public:
  explicit Texts(TextLanguages& languages) : languages_(languages) {}

  std::optional<Id> from(const PatternNode& node, Id rest, Place place) {
    switch (node.kind) {
      case Kind::Character: return languages_.sequence(languages_.one_of(node.set), rest);
      case Kind::Begin:
        if (place == Place::Unknown) return std::nullopt;
        return place == Place::Begin ? rest : languages_.none();
      case Kind::End: return languages_.both(languages_.empty(), rest);
      case Kind::Look:
      case Kind::LookNot: {
        const auto seen = from(node.parts[0], languages_.all(), place);
        if (!seen) return std::nullopt;
        return languages_.both(node.kind == Kind::Look ? *seen : languages_.others(*seen), rest);
      }
      case Kind::Choice: {
        std::vector<Id> options;
        for (const PatternNode& part : node.parts) {
          const auto option = from(part, rest, place);
          if (!option) return std::nullopt;
          options.push_back(*option);
        }
        return languages_.either(std::move(options));
      }
      case Kind::Sequence: return sequence(node.parts, rest, place);
      case Kind::Repeat: return repeat(node, rest, place);
    }
    return std::nullopt;
  }

 private:
  std::optional<Id> sequence(const std::vector<PatternNode>& parts, Id rest, Place place) {
    std::vector<Place> places;
    for (const PatternNode& part : parts) {
      places.push_back(place);
      if (!takes_nothing(part) && place == Place::Begin) {
        place = part.kind == Kind::Character ? Place::Later : Place::Unknown;
      }
      if (part.kind == Kind::Character) place = Place::Later;
    }
    for (std::size_t i = parts.size(); i-- > 0;) {
      const auto longer = from(parts[i], rest, places[i]);
      if (!longer) return std::nullopt;
      rest = *longer;
    }
    return rest;
  }

  std::optional<Id> repeat(const PatternNode& node, Id rest, Place place) {
    const PatternNode& part = node.parts[0];
    if (part.placed()) {
      if (!node.most || *node.most > kMaxPlaced) return std::nullopt;
    }
    if (!node.most) {
      const auto once = from(part, languages_.empty(), Place::Unknown);
      if (!once) return std::nullopt;
      rest = languages_.sequence(languages_.repeat(*once), rest);
    }
    const std::uint32_t most = node.most.value_or(node.least);
    const Id end = rest;
    for (std::uint32_t i = most; i-- > 0;) {
      const auto longer = from(part, rest, i == 0 ? place : Place::Unknown);
      if (!longer || !languages_.fine()) return std::nullopt;
      rest = i >= node.least ? languages_.either({*longer, end}) : *longer;
    }
    return rest;
  }

  TextLanguages& languages_;
};

}  // namespace

bool looks_ahead(std::string_view pattern) {
  return pattern.find("(?=") != std::string_view::npos ||
         pattern.find("(?!") != std::string_view::npos;
}

std::optional<std::string> without_look_ahead(std::string_view pattern, bool negated) {
  if (pattern.size() > kMaxBytes) return std::nullopt;
  const auto tree = read_pattern(pattern);
  if (!tree) return std::nullopt;
  std::vector<CharacterSet> sets;
  collect(*tree, sets);
  TextLanguages languages(sets);
  if (!languages.fine()) return std::nullopt;
  Texts texts(languages);
  const auto first = texts.from(*tree, languages.all(), Place::Begin);
  const auto later = texts.from(*tree, languages.all(), Place::Later);
  if (!first || !later) return std::nullopt;
  const Id any = languages.one_of({{0, 0x10FFFF}});
  const Id before = languages.sequence(any, languages.all());
  Id found = languages.either({*first, languages.sequence(before, *later)});
  if (negated) found = languages.others(found);
  if (!languages.fine()) return std::nullopt;
  return languages.pattern_of(found);
}

std::optional<std::pair<std::string, std::string>> split_look_ahead(std::string_view pattern) {
  constexpr std::string_view kHead = "^(?=";
  if (!pattern.starts_with(kHead)) return std::nullopt;
  std::size_t close = 0;  // of the look-ahead
  int depth = 0;
  bool in_class = false;
  for (std::size_t i = 1; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      if (--depth == 0 && close == 0) close = i;
    } else if (c == '|' && depth == 0) {
      return std::nullopt;
    }
  }
  if (close == 0 || depth != 0 || in_class) return std::nullopt;
  const std::string_view then = pattern.substr(close + 1);
  const bool repeated = !then.empty() && std::string_view("*+?{").find(then[0]) != then.npos;
  if (repeated) return std::nullopt;
  const std::string_view seen = pattern.substr(kHead.size(), close - kHead.size());
  return std::pair("^(?:" + std::string(seen) + ")", "^" + std::string(then));
}

}  // namespace pcai::grammar
