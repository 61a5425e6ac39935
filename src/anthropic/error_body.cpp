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

/// The number that stands before the next " tokens" from `at` on, which moves behind it; "" = none.
std::string next_count(std::string_view text, std::size_t& at) {
  constexpr std::string_view kTokens = " tokens";
  at = text.find(kTokens, at);
  if (at == std::string_view::npos) return "";
  std::size_t begin = at;
  while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
  std::string number(text.substr(begin, at - begin));
  at += kTokens.size();
  return number;
}

/// What the API's clients look for, to make room and go on. "" = the message has no two numbers.
std::string overflow_message(const Error& error) {
  if (error.code != ErrorCode::ContextOverflow) return "";
  std::size_t at = 0;
  const std::string size = next_count(error.message, at);
  if (size.empty()) return "";
  const std::string maximum = next_count(error.message, at);
  if (maximum.empty()) return "";
  return "prompt is too long: " + size + " tokens > " + maximum + " maximum";
}

}  // namespace

std::string anthropic_error_body(const Error& error, std::string_view request_id) {
  std::string message = overflow_message(error);
  const bool ours = message.empty();
  if (ours) message = error.message;
  if (ours && !error.field.empty() && message.find(error.field) == std::string::npos) {
    message = error.field + ": " + message;
  }
  api::Json body = {{"type", "error"},
                    {"error", {{"type", type_of(error.code)}, {"message", std::move(message)}}}};
  if (!request_id.empty()) body["request_id"] = request_id;
  return api::to_text(body);
}

}  // namespace pcai::anthropic
