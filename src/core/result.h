#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "core/error.h"

namespace pcai {

/// A value, or the reason why there is none.
template <class T>
using Result = tl::expected<T, Error>;

/// Success, or the reason why not.
using Status = Result<void>;

/// Shorthand for returning an error: `return fail(ErrorCode::InvalidRequest, "…", "messages");`
inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string field = {}) {
  return tl::make_unexpected(Error{code, std::move(message), std::move(field)});
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::make_unexpected(std::move(error));
}

}  // namespace pcai
