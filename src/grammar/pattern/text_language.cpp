#include "grammar/pattern/text_language.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

namespace pcai::grammar {
namespace {

constexpr std::uint32_t kEnd = 0x110000;
constexpr std::size_t kMaxStates = 300;
constexpr std::size_t kMaxPattern = 24 << 10;  // bytes

/// Characters that no answer can have, because JSON would need \u for them.
bool unwritable(std::uint32_t c) {
  return (c < 0x20 && c != '\b' && c != '\t' && c != '\n' && c != '\f' && c != '\r') || c == 0x7F ||
         (c >= 0xD800 && c <= 0xDFFF);
}

bool contains(const CharacterSet& set, std::uint32_t c) {
  const auto after =
      std::upper_bound(set.begin(), set.end(), c,
                       [](std::uint32_t value, const auto& range) { return value < range.first; });
  return after != set.begin() && std::prev(after)->second >= c;
}

/// Expressions between two states while states are taken out; absent = there is no way.
using Way = std::optional<std::string>;

std::string grouped(const std::string& text) {
  return "(?:" + text + ")";
}

Way sum(const Way& a, const Way& b) {
  if (!a || !b) return a ? a : b;
  if (*a == *b) return a;
  return *a + "|" + *b;
}

std::string factor(const std::string& text) {
  return text.find('|') == std::string::npos ? text : grouped(text);
}

}  // namespace

bool TextLanguages::Term::operator<(const Term& other) const {
  const auto key = [](const Term& term) {
    return std::make_pair(term.kind, term.letters.to_ullong());
  };
  return key(*this) != key(other) ? key(*this) < key(other) : parts < other.parts;
}

TextLanguages::TextLanguages(const std::vector<CharacterSet>& sets) {
  std::set<std::uint32_t> borders = {0, 0x20, 0x7F, 0x80, 0xD800, 0xE000};
  for (const std::uint32_t c : {'\b', '\t', '\n', '\f', '\r'}) borders.insert({c, c + 1});
  for (const CharacterSet& set : sets) {
    for (const auto& [first, last] : set) borders.insert({first, last + 1});
  }
  borders.erase(kEnd);
  std::map<std::vector<bool>, std::size_t> known;
  borders_.assign(borders.begin(), borders.end());
  for (std::size_t i = 0; i < borders_.size(); ++i) {
    const std::uint32_t first = borders_[i];
    const std::uint32_t end = i + 1 < borders_.size() ? borders_[i + 1] : kEnd;
    if (unwritable(first)) {
      letter_at_border_.push_back(kMaxLetters);
      continue;
    }
    std::vector<bool> signature;
    for (const CharacterSet& set : sets) signature.push_back(contains(set, first));
    const auto [found, added] = known.emplace(std::move(signature), letters_.size());
    if (added) letters_.emplace_back();
    letters_[found->second].emplace_back(first, end - 1);
    letter_at_border_.push_back(found->second);
  }
  keep({Kind::None, {}, {}});
  keep({Kind::Empty, {}, {}});
  keep({Kind::Others, {}, {none()}});
}

TextLanguages::Id TextLanguages::keep(Term term) {
  if (const auto found = ids_.find(term); found != ids_.end()) return found->second;
  if (terms_.size() > kMaxTerms) return none();
  const Id id = static_cast<Id>(terms_.size());
  terms_.push_back(term);
  ids_.emplace(std::move(term), id);
  return id;
}

TextLanguages::Id TextLanguages::one_of(const CharacterSet& set) {
  Letters letters;
  for (std::size_t i = 0; i < borders_.size(); ++i) {
    const std::size_t letter = letter_at_border_[i];
    if (letter < kMaxLetters && contains(set, borders_[i])) letters.set(letter);
  }
  return letters.none() ? none() : keep({Kind::Letter, letters, {}});
}

TextLanguages::Id TextLanguages::sequence(Id first, Id then) {
  if (first == none() || then == none()) return none();
  if (first == empty()) return then;
  if (then == empty()) return first;
  if (terms_[first].kind == Kind::Sequence) {
    const std::vector<Id> parts = terms_[first].parts;
    return sequence(parts[0], sequence(parts[1], then));
  }
  return keep({Kind::Sequence, {}, {first, then}});
}

TextLanguages::Id TextLanguages::either(std::vector<Id> sets) {
  std::set<Id> flat;
  for (const Id id : sets) {
    if (terms_[id].kind == Kind::Either) {
      flat.insert(terms_[id].parts.begin(), terms_[id].parts.end());
    } else if (id != none()) {
      flat.insert(id);
    }
  }
  if (flat.contains(all())) return all();
  if (flat.empty()) return none();
  if (flat.size() == 1) return *flat.begin();
  return keep({Kind::Either, {}, {flat.begin(), flat.end()}});
}

TextLanguages::Id TextLanguages::both(Id a, Id b) {
  return others(either({others(a), others(b)}));
}

TextLanguages::Id TextLanguages::others(Id set) {
  if (terms_[set].kind == Kind::Others) return terms_[set].parts[0];
  return keep({Kind::Others, {}, {set}});
}

TextLanguages::Id TextLanguages::repeat(Id set) {
  if (set == none() || set == empty()) return empty();
  if (terms_[set].kind == Kind::Repeat || set == all()) return set;
  return keep({Kind::Repeat, {}, {set}});
}

bool TextLanguages::has_empty(Id set) const {
  const Term& term = terms_[set];
  switch (term.kind) {
    case Kind::None:
    case Kind::Letter: return false;
    case Kind::Empty:
    case Kind::Repeat: return true;
    case Kind::Sequence: return has_empty(term.parts[0]) && has_empty(term.parts[1]);
    case Kind::Either:
      return std::any_of(term.parts.begin(), term.parts.end(),
                         [this](Id part) { return has_empty(part); });
    case Kind::Others: return !has_empty(term.parts[0]);
  }
  return false;
}

TextLanguages::Id TextLanguages::after(Id set, std::size_t letter) {
  const auto key = std::pair(set, letter);
  if (const auto found = after_.find(key); found != after_.end()) return found->second;
  const Term term = terms_[set];
  Id result = none();
  switch (term.kind) {
    case Kind::None:
    case Kind::Empty: break;
    case Kind::Letter: result = term.letters[letter] ? empty() : none(); break;
    case Kind::Sequence: {
      result = sequence(after(term.parts[0], letter), term.parts[1]);
      if (has_empty(term.parts[0])) result = either({result, after(term.parts[1], letter)});
      break;
    }
    case Kind::Either: {
      std::vector<Id> parts;
      for (const Id part : term.parts) parts.push_back(after(part, letter));
      result = either(std::move(parts));
      break;
    }
    case Kind::Others: result = others(after(term.parts[0], letter)); break;
    case Kind::Repeat: result = sequence(after(term.parts[0], letter), set); break;
  }
  after_.emplace(key, result);
  return result;
}

std::optional<TextLanguages::Automaton> TextLanguages::automaton_of(Id set) {
  Automaton automaton;
  std::vector<Id> states = {set};
  std::map<Id, std::size_t> numbers = {{set, 0}};
  for (std::size_t i = 0; i < states.size(); ++i) {
    automaton.ends.push_back(has_empty(states[i]));
    auto& next = automaton.next.emplace_back();
    for (std::size_t letter = 0; letter < letters_.size(); ++letter) {
      const Id then = after(states[i], letter);
      const auto [found, added] = numbers.emplace(then, states.size());
      if (added) states.push_back(then);
      next.push_back(found->second);
    }
    if (states.size() > kMaxStates || !fine()) return std::nullopt;
  }
  return merged(automaton);
}

/// Merges the states that no text tells apart.
TextLanguages::Automaton TextLanguages::merged(const Automaton& automaton) {
  const std::size_t count = automaton.next.size();
  std::vector<std::size_t> group(automaton.ends.begin(), automaton.ends.end());
  for (std::size_t groups = 0;;) {
    std::map<std::vector<std::size_t>, std::size_t> known;
    std::vector<std::size_t> finer(count);
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::size_t> signature = {group[i]};
      for (const std::size_t next : automaton.next[i]) signature.push_back(group[next]);
      finer[i] = known.emplace(std::move(signature), known.size()).first->second;
    }
    group = std::move(finer);
    if (known.size() == groups) break;
    groups = known.size();
  }
  Automaton out;
  for (std::size_t i = 0; i < count; ++i) {
    if (group[i] != out.next.size()) continue;  // numbered in the order of their first states
    auto& next = out.next.emplace_back();
    for (const std::size_t state : automaton.next[i]) next.push_back(group[state]);
    out.ends.push_back(automaton.ends[i]);
  }
  return out;
}

std::string TextLanguages::class_of(const Letters& letters) const {
  CharacterSet ranges;
  for (std::size_t i = 0; i < letters_.size(); ++i) {
    if (letters[i]) ranges.insert(ranges.end(), letters_[i].begin(), letters_[i].end());
  }
  std::sort(ranges.begin(), ranges.end());
  std::string text = "[";
  const auto write = [&text](std::uint32_t c) {
    char buffer[16];
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    std::snprintf(buffer, sizeof(buffer), plain ? "%c" : "\\u{%X}", c);
    text += buffer;
  };
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    auto [first, last] = ranges[i];
    while (i + 1 < ranges.size() && ranges[i + 1].first == last + 1) last = ranges[++i].second;
    write(first);
    if (last > first) {
      text += "-";
      write(last);
    }
  }
  return text + "]";
}

std::optional<std::string> TextLanguages::pattern_of(Id set) {
  const auto automaton = automaton_of(set);
  if (!automaton) return std::nullopt;
  const std::size_t count = automaton->next.size();
  const std::size_t begin = count;
  const std::size_t end = count + 1;
  std::vector<std::vector<Way>> ways(count + 2, std::vector<Way>(count + 2));
  for (std::size_t i = 0; i < count; ++i) {
    std::map<std::size_t, Letters> by_state;
    for (std::size_t letter = 0; letter < letters_.size(); ++letter) {
      by_state[automaton->next[i][letter]].set(letter);
    }
    for (const auto& [state, letters] : by_state) ways[i][state] = class_of(letters);
    if (automaton->ends[i]) ways[i][end] = "";
  }
  ways[begin][0] = "";
  // Takes out the states one by one, those with the fewest ways first.
  std::set<std::size_t> left;
  for (std::size_t i = 0; i < count; ++i) left.insert(i);
  while (!left.empty()) {
    const auto cost = [&](std::size_t state) {
      std::size_t in = 0;
      std::size_t out = 0;
      for (std::size_t i = 0; i < ways.size(); ++i) {
        if (i != state && ways[i][state]) in += 1 + ways[i][state]->size();
        if (i != state && ways[state][i]) out += 1 + ways[state][i]->size();
      }
      return in * out;
    };
    const std::size_t state = *std::min_element(
        left.begin(), left.end(), [&](std::size_t a, std::size_t b) { return cost(a) < cost(b); });
    left.erase(state);
    const Way& loop = ways[state][state];
    const std::string around = loop && !loop->empty() ? grouped(*loop) + "*" : "";
    for (std::size_t from = 0; from < ways.size(); ++from) {
      if (from == state || !ways[from][state]) continue;
      for (std::size_t to = 0; to < ways.size(); ++to) {
        if (to == state || !ways[state][to]) continue;
        const std::string through = factor(*ways[from][state]) + around + factor(*ways[state][to]);
        Way& way = ways[from][to];
        way = sum(way, through);
        if (way->size() > kMaxPattern) return std::nullopt;
      }
    }
    for (std::size_t i = 0; i < ways.size(); ++i) ways[i][state] = ways[state][i] = std::nullopt;
  }
  if (!ways[begin][end]) return std::nullopt;
  return "^(?:" + *ways[begin][end] + ")$";
}

}  // namespace pcai::grammar
