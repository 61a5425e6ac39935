#include "anthropic/error_body.h"

#include "api/json_text.h"

namespace pcai::anthropic {
namespace {

std::string_view type_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::InvalidRequest:
    case ErrorCode::ContextOverflow:
    case ErrorCode::MethodNotAllowed:
    case ErrorCode::Unsupported: return "invalid_request_error";
    case ErrorCode::Unauthorized: return "authentication_error";
    case ErrorCode::Forbidden: return "permission_error";
    case ErrorCode::ModelNotFound:
    case ErrorCode::RouteNotFound: return "not_found_error";
    case ErrorCode::PayloadTooLarge: return "request_too_large";
    case ErrorCode::Overloaded: return "rate_limit_error";
    case ErrorCode::Loading:
    case ErrorCode::Draining: return "overloaded_error";
    case ErrorCode::DeadlineExceeded: return "timeout_error";
    case ErrorCode::InvalidModel:
    case ErrorCode::Cancelled:
    case ErrorCode::WorkerDied:
    case ErrorCode::Internal: return "api_error";
  }
  return "api_error";
}

}  // namespace

std::string anthropic_error_body(const Error& error, std::string_view request_id) {
  std::string message = error.message;
  if (!error.field.empty() && message.find(error.field) == std::string::npos) {
    message = error.field + ": " + message;
  }
  api::Json body = {{"type", "error"},
                    {"error", {{"type", type_of(error.code)}, {"message", std::move(message)}}}};
  if (!request_id.empty()) body["request_id"] = request_id;
  return api::to_text(body);
}

}  // namespace pcai::anthropic
