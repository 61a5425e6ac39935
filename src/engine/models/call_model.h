#pragma once

#include <exception>
#include <string>

#include "core/result.h"

namespace pcai::engine {

/// call(), which calls a backend and returns a Result. What it throws (no memory, no thread)
/// becomes its error, because those who wait for the model have to be told. `what` names what was
/// tried.
template <class Call>
auto call_model(const std::string& what, Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& failure) {
    return fail(ErrorCode::Internal, what + ": " + failure.what());
  }
}

}  // namespace pcai::engine
