#include "openai/error_body.h"

#include "api/json_text.h"

namespace pcai::openai {
namespace {

struct Row {
  ErrorCode code;
  int status;
  std::optional<int> retry_after_s;
  bool should_retry;
  std::string_view type;
  std::string_view name;  // "" = null
};

constexpr std::string_view kInvalid = "invalid_request_error";
constexpr std::string_view kServer = "server_error";

// SDKs retry 408, 409, 429 and every 5xx unless told not to: only what may pass by itself says so.
constexpr Row kRows[] = {
    {ErrorCode::InvalidRequest, 400, {}, false, kInvalid, ""},
    {ErrorCode::ContextOverflow, 400, {}, false, kInvalid, "context_length_exceeded"},
    {ErrorCode::Unauthorized, 401, {}, false, "authentication_error", "invalid_api_key"},
    {ErrorCode::Forbidden, 403, {}, false, "permission_error", ""},
    {ErrorCode::ModelNotFound, 404, {}, false, kInvalid, "model_not_found"},
    {ErrorCode::RouteNotFound, 404, {}, false, kInvalid, "route_not_found"},
    {ErrorCode::MethodNotAllowed, 405, {}, false, kInvalid, "method_not_allowed"},
    {ErrorCode::PayloadTooLarge, 413, {}, false, kInvalid, "payload_too_large"},
    {ErrorCode::Unsupported, 400, {}, false, kInvalid, "unsupported_feature"},
    {ErrorCode::InvalidModel, 500, {}, false, kServer, "invalid_model"},
    {ErrorCode::Overloaded, 429, 1, true, "rate_limit_error", "overloaded"},
    {ErrorCode::Loading, 503, 2, true, kServer, "loading"},
    {ErrorCode::Draining, 503, 5, true, kServer, "draining"},
    {ErrorCode::DeadlineExceeded, 408, {}, false, "timeout_error", "deadline_exceeded"},
    {ErrorCode::Cancelled, 499, {}, false, kServer, "cancelled"},
    {ErrorCode::WorkerDied, 500, {}, true, kServer, "worker_died"},
    {ErrorCode::Internal, 500, {}, false, kServer, "internal"},
};

const Row& row(ErrorCode code) noexcept {
  for (const Row& row : kRows) {
    if (row.code == code) return row;
  }
  return kRows[std::size(kRows) - 1];
}

/// OpenAI tells a parameter that is not supported from a value of one that is.
std::string_view name_of(const Error& error) {
  if (error.code != ErrorCode::Unsupported || error.field.empty()) return row(error.code).name;
  const bool nested = error.field.find_first_of(".[") != std::string::npos;
  return nested ? "unsupported_value" : "unsupported_parameter";
}

api::Json or_null(std::string_view text) {
  return text.empty() ? api::Json(nullptr) : api::Json(text);
}

}  // namespace

HttpError http_error(ErrorCode code) noexcept {
  const Row& found = row(code);
  return {found.status, found.retry_after_s, found.should_retry};
}

std::string error_body(const Error& error) {
  return api::to_text({{"error",
                        {{"message", error.message},
                         {"type", row(error.code).type},
                         {"param", or_null(error.field)},
                         {"code", or_null(name_of(error))}}}});
}

}  // namespace pcai::openai
