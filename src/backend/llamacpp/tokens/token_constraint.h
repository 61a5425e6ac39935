#pragma once

#include <llama.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/error.h"
#include "grammar/grammar_matcher.h"

namespace pcai::backend::llamacpp {

/// Says which tokens an answer may go on with. Not thread-safe.
class TokenConstraint {
 public:
  virtual ~TokenConstraint() = default;

  virtual bool allows(std::int32_t token) = 0;

  /// Drops the candidates that are not allowed.
  virtual void restrict(std::vector<llama_token_data>& candidates) = 0;

  /// Goes on by a token that is allowed.
  virtual void accept(std::int32_t token) = 0;

  /// The tokens that must come next; empty where there is a choice, or it cannot be told.
  virtual std::vector<std::int32_t> forced() = 0;

  /// True when nothing can follow but an end token, as far as it can be told.
  virtual bool complete() = 0;

  /// Why it cannot go on. Nothing is allowed then.
  virtual std::optional<Error> error() const = 0;
};

/// A grammar of ours.
std::unique_ptr<TokenConstraint> constrain(grammar::GrammarMatcher matcher);

}  // namespace pcai::backend::llamacpp
