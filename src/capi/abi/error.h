#pragma once

#include <exception>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "core/result.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// The one table from error codes to the C ABI.
pcai_status status_of(ErrorCode code) noexcept;

/// Makes `error` a handle in *out, when there is an out, and returns its status. Never fails:
/// without memory the handle is a static one.
pcai_status report(Error error, pcai_error** out) noexcept;
pcai_status report_out_of_memory(pcai_error** out) noexcept;

/// Runs the body of a function that can fail: it returns a Status or a Result<pcai_status>. No
/// exception gets out.
template <class Body>
pcai_status guarded(pcai_error** error, Body body) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    auto result = body();
    if (!result) return report(std::move(result.error()), error);
    if constexpr (std::is_same_v<decltype(result), Status>) {
      return PCAI_OK;
    } else {
      return *result;
    }
  } catch (const std::bad_alloc&) {
    return report_out_of_memory(error);
  } catch (const std::exception& exception) {
    try {
      return report({ErrorCode::Internal, exception.what()}, error);
    } catch (...) {
      return report_out_of_memory(error);
    }
  } catch (...) {
    return report({ErrorCode::Internal, {}}, error);
  }
}

/// Refuses an argument that must not be null.
inline tl::unexpected<Error> refuse_null(const char* argument) {
  return fail(ErrorCode::InvalidRequest, std::string(argument) + " must not be null", argument);
}

}  // namespace pcai::capi
