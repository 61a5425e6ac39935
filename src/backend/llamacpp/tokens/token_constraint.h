#pragma once

#include <llama.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/error.h"
#include "grammar/grammar_matcher.h"

namespace pcai::backend::llamacpp {

/// Decides which tokens an answer may go on with. Not thread-safe.
class TokenConstraint {
 public:
  virtual ~TokenConstraint() = default;

  virtual bool allows(std::int32_t token) = 0;

  /// Drops the candidates that are not allowed.
  virtual void restrict(std::vector<llama_token_data>& candidates) = 0;

  /// Takes the next token, which must be allowed.
  virtual void accept(std::int32_t token) = 0;

  /// The tokens that must come next. Empty if there is a choice, or if that cannot be told.
  virtual std::vector<std::int32_t> forced() = 0;

  /// True if only an end token can follow, as far as that can be told.
  virtual bool complete() = 0;

  /// Why the answer cannot go on; then no token is allowed.
  virtual std::optional<Error> error() const = 0;
};

/// A constraint from a grammar of the room `grammar`.
std::unique_ptr<TokenConstraint> constrain(grammar::GrammarMatcher matcher);

/// Both at once, `lead` until it is complete. `whole` may be null.
std::unique_ptr<TokenConstraint> constrain(std::unique_ptr<TokenConstraint> lead,
                                           std::unique_ptr<TokenConstraint> whole);

}  // namespace pcai::backend::llamacpp
