#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/llamacpp/tokens/symbol_set.h"
#include "core/result.h"

namespace pcai::backend::llamacpp {

/// A pattern that cuts text into words: the part of ECMAScript's regular expressions that
/// llama.cpp's pre-tokenizers use. It finds what std::regex finds, but its time and memory grow
/// linearly with the text, and its stack does not grow. Immutable.
class WordPattern {
 public:
  /// `pattern` holds code points. Fails with Unsupported if it uses other syntax.
  static Result<WordPattern> compile(std::u32string_view pattern);

  /// Appends the lengths of the matches and of what lies between them. They add up to the text's.
  void split(std::u32string_view text, std::vector<std::size_t>& lengths) const;

 private:
  friend class WordPatternWriter;
  friend class WordMatcher;

  enum class Op : std::uint8_t {
    Symbol,  // one symbol of a set
    Fork,    // goes on at `target`, or, if nothing matches there, at `other`
    Jump,    // to `target`
    AtEnd,   // of the text
    Ahead,   // what stands at `target` up to its Accept matches here (not, if `negated`)
    Accept,
  };
  struct Step {
    Op op;
    bool negated = false;
    std::uint32_t target = 0;  // of Symbol: the number of its set
    std::uint32_t other = 0;
    std::uint32_t fork = 0;  // counts forks
  };

  /// What stands at `step` is one symbol and nothing else.
  bool is_one_symbol(std::uint32_t step) const {
    return steps_[step].op == Op::Symbol && steps_[step + 1].op == Op::Accept;
  }

  std::vector<Step> steps_;
  std::vector<SymbolSet> sets_;
  std::uint32_t forks_ = 0;
  bool looks_far_ = false;  // some Ahead is more than one symbol
};

}  // namespace pcai::backend::llamacpp
