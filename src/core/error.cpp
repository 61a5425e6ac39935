#include "core/error.h"

namespace pcai {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::InvalidRequest: return "invalid_request";
    case ErrorCode::ContextOverflow: return "context_overflow";
    case ErrorCode::Unauthorized: return "unauthorized";
    case ErrorCode::Forbidden: return "forbidden";
    case ErrorCode::ModelNotFound: return "model_not_found";
    case ErrorCode::RouteNotFound: return "route_not_found";
    case ErrorCode::MethodNotAllowed: return "method_not_allowed";
    case ErrorCode::PayloadTooLarge: return "payload_too_large";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::InvalidModel: return "invalid_model";
    case ErrorCode::Overloaded: return "overloaded";
    case ErrorCode::Loading: return "loading";
    case ErrorCode::Draining: return "draining";
    case ErrorCode::DeadlineExceeded: return "deadline_exceeded";
    case ErrorCode::Cancelled: return "cancelled";
    case ErrorCode::WorkerDied: return "worker_died";
    case ErrorCode::Internal: return "internal";
  }
  return "internal";
}

}  // namespace pcai
