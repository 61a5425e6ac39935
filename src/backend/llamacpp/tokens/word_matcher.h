#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "backend/llamacpp/tokens/word_pattern.h"

namespace pcai::backend::llamacpp {

/// Finds the matches of one pattern in one text. Like std::regex it tries the choices in their
/// order and goes back if they fail. Unlike it, it keeps its way in a vector, and remembers which
/// forks failed at which places, so that it goes no way twice.
class WordMatcher {
 public:
  /// Both must outlive it. The text has less than 2^32 symbols.
  WordMatcher(const WordPattern& pattern, std::u32string_view text);

  /// The end of the match that begins at `start`, which is not before the last one. `not_empty`: an
  /// empty match is none.
  std::optional<std::size_t> match(std::size_t start, bool not_empty = false);

 private:
  using Op = WordPattern::Op;
  struct Fork {
    std::uint32_t step;
    std::uint32_t place;
    bool tried;  // its first choice failed
  };
  enum class Outcome { Failed, Matched };

  /// Where the steps from `step` on end if they match at `place`. In what is looked ahead for, it
  /// remembers what matched, too: only there the end does not matter.
  std::optional<std::size_t> run(std::uint32_t step, std::size_t place, bool is_ahead);
  bool matches_ahead(const WordPattern::Step& step, std::size_t place);

  /// Goes back to the last fork that has another choice. False if there is none above `bottom`.
  bool go_back(std::size_t bottom, std::uint32_t& step, std::size_t& place);

  bool known(std::uint32_t step, std::size_t place, Outcome outcome) const;
  void remember(const Fork& fork, Outcome outcome);
  std::size_t bit_of(std::uint32_t step, Outcome outcome) const;
  void forget_before(std::size_t place);

  const WordPattern& pattern_;
  std::u32string_view text_;
  std::size_t row_;                   // words of known_ for each place
  std::vector<std::uint64_t> known_;  // the outcomes of the forks, from first_place_ on
  std::size_t first_place_ = 0;
  std::optional<std::size_t> barred_;  // no match ends here
  std::vector<Fork> way_;
};

}  // namespace pcai::backend::llamacpp
