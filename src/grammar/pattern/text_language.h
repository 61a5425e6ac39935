#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "grammar/pattern/pattern_tree.h"

namespace pcai::grammar {

/// Sets of texts, made of each other; a set is a number. Each is kept once, and followed character
/// by character (derivatives). Characters that no pattern tells apart are one letter.
class TextLanguages {
 public:
  static constexpr std::size_t kMaxLetters = 64;
  using Letters = std::bitset<kMaxLetters>;
  using Id = std::uint32_t;

  /// `sets`: all that will be asked for. check() before anything else.
  explicit TextLanguages(const std::vector<CharacterSet>& sets);

  /// False if there are too many letters, or too many sets by now.
  bool fine() const noexcept {
    return letters_.size() <= kMaxLetters && terms_.size() <= kMaxTerms;
  }

  Id none() const noexcept { return 0; }
  Id empty() const noexcept { return 1; }  // only the text ""
  Id all() const noexcept { return 2; }
  Id one_of(const CharacterSet& set);
  Id sequence(Id first, Id then);
  Id either(std::vector<Id> sets);
  Id both(Id a, Id b);
  Id others(Id set);
  Id repeat(Id set);  // any number of times

  /// A pattern (ECMA-262) without look-aheads for exactly these texts. Nothing where it is too
  /// long.
  std::optional<std::string> pattern_of(Id set);

 private:
  static constexpr std::size_t kMaxTerms = 20'000;
  enum class Kind : std::uint8_t { None, Empty, Letter, Sequence, Either, Others, Repeat };
  struct Term {
    Kind kind;
    Letters letters;
    std::vector<Id> parts;
    bool operator<(const Term& other) const;
  };
  /// An automaton: for each state its next state by letter, and whether a text may end there.
  struct Automaton {
    std::vector<std::vector<std::size_t>> next;
    std::vector<bool> ends;
  };

  Id keep(Term term);
  bool has_empty(Id set) const;
  Id after(Id set, std::size_t letter);
  std::optional<Automaton> automaton_of(Id set);
  static Automaton merged(const Automaton& automaton);
  std::string class_of(const Letters& letters) const;

  std::vector<CharacterSet> letters_;
  std::vector<std::uint32_t> borders_;         // where the signature may change
  std::vector<std::size_t> letter_at_border_;  // of the characters from there on
  std::vector<Term> terms_;
  std::map<Term, Id> ids_;
  std::map<std::pair<Id, std::size_t>, Id> after_;
};

}  // namespace pcai::grammar
