#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/result.h"

struct LlgMatcher;

namespace pcai::grammar {

/// Follows one answer through a grammar, token by token. Not thread-safe. What goes wrong inside
/// (a grammar that costs too much at this place) ends it: failed() then, and nothing is allowed.
class GrammarMatcher {
 public:
  /// Takes `matcher` over, whose compiler must outlive it. Made by GrammarCompiler.
  explicit GrammarMatcher(LlgMatcher* matcher);

  /// A second one at the same place.
  GrammarMatcher clone() const;

  /// Whether the token may come next. An end token may where the grammar is fulfilled.
  bool allows(std::int32_t token);

  /// A bit for each token that may come next, 32 to a word, lowest bit first; empty once failed().
  std::span<const std::uint32_t> mask();

  /// Goes on by a token that is allowed.
  void accept(std::int32_t token);

  /// The tokens that must come next because nothing else is allowed; often none.
  std::vector<std::int32_t> forced();

  /// True when the grammar is fulfilled and nothing can follow but an end token.
  bool complete();

  bool failed() const;
  Error error() const;

 private:
  struct Deleter {
    void operator()(LlgMatcher* matcher) const noexcept;
  };
  std::unique_ptr<LlgMatcher, Deleter> matcher_;
};

}  // namespace pcai::grammar
