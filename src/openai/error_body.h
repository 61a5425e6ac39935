#pragma once

#include <optional>
#include <string>

#include "core/error.h"

namespace pcai::openai {

/// The one table from error codes to HTTP.
struct HttpError {
  int status = 500;
  std::optional<int> retry_after_s;  // for 429 and 503
  bool should_retry = false;         // sent as x-should-retry
};

HttpError http_error(ErrorCode code) noexcept;

/// {"error":{"message","type","param","code"}}; all four keys, `param` and `code` may be null.
std::string error_body(const Error& error);

}  // namespace pcai::openai
