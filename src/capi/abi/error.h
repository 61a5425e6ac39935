#pragma once

#include <exception>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "capi/process_end.h"
#include "core/result.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// The status for an error code: the only table from one to the other. A code has one number for
/// ever, so the table only grows.
pcai_status status_of(ErrorCode code) noexcept;

/// Makes `error` a handle in *out, which the caller of the C API frees, and returns its status.
/// With a null `out` it only returns the status. Never fails: if there is no memory for the handle,
/// it is a static one, which pcai_error_free leaves alone.
pcai_status report(Error error, pcai_error** out) noexcept;

/// The same for OUT_OF_MEMORY; allocates nothing.
pcai_status report_out_of_memory(pcai_error** out) noexcept;

/// Runs the body of an exported function that can fail. Each such function consists of one call of
/// this. `body` returns a Status, where success is PCAI_OK, or a Result<pcai_status>. `error` is
/// the function's own last argument: *error becomes null or a description. No exception gets out:
/// what `body` throws becomes Internal or OUT_OF_MEMORY.
template <class Body>
pcai_status guarded(pcai_error** error, Body body) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    if (is_forked_from_engine()) {
      return report({ErrorCode::Unsupported, std::string(kForked)}, error);
    }
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

/// Frees nothing: in a forked process that could wait for ever.
template <class Handle>
void leave(Handle** handle) noexcept {
  *handle = nullptr;
}

/// InvalidRequest for an argument that must not be null, which the error names.
inline tl::unexpected<Error> refuse_null(const char* argument) {
  return fail(ErrorCode::InvalidRequest, std::string(argument) + " must not be null", argument);
}

}  // namespace pcai::capi
