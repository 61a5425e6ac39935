#pragma once

#include <string>
#include <utility>

#include "core/result.h"

namespace pcai::models {

/// Shorthand for InvalidModel: what is wrong with a file, without the file's name.
inline tl::unexpected<Error> damaged(std::string what) {
  return fail(ErrorCode::InvalidModel, std::move(what));
}

}  // namespace pcai::models
