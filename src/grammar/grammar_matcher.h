#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/result.h"

struct LlgMatcher;

namespace pcai::grammar {

/// Follows one answer through a grammar, token by token. Not thread-safe. An error inside (a
/// grammar that costs too much at this place) ends it: then failed() is true and no token is
/// allowed.
class GrammarMatcher {
 public:
  /// Takes over `matcher`, whose compiler must outlive it. For GrammarCompiler.
  explicit GrammarMatcher(LlgMatcher* matcher);

  /// A copy at the same place.
  GrammarMatcher clone() const;

  /// True if the token may come next. An end token may come if the grammar is satisfied.
  bool allows(std::int32_t token);

  /// One bit per token, set if it may come next; 32 bits per word, lowest bit first. Empty if
  /// failed().
  std::span<const std::uint32_t> mask();

  /// Takes the next token, which must be allowed.
  void accept(std::int32_t token);

  /// The tokens that must come next because nothing else is allowed. Often there are none.
  std::vector<std::int32_t> forced();

  /// True if the grammar is satisfied and only an end token can follow.
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
