#include "capi/abi/error.h"

#include "capi/abi/text.h"

struct pcai_error {
  pcai_status code;
  std::string message;
  std::string field;
};

namespace pcai::capi {
namespace {

pcai_error& out_of_memory() {
  static pcai_error error{
      PCAI_ERROR_OUT_OF_MEMORY, "not enough memory", {}};  // short: no allocation
  return error;
}

}  // namespace

pcai_status status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::InvalidRequest: return PCAI_ERROR_INVALID_REQUEST;
    case ErrorCode::ContextOverflow: return PCAI_ERROR_CONTEXT_OVERFLOW;
    case ErrorCode::Unauthorized: return PCAI_ERROR_UNAUTHORIZED;
    case ErrorCode::Forbidden: return PCAI_ERROR_FORBIDDEN;
    case ErrorCode::ModelNotFound: return PCAI_ERROR_MODEL_NOT_FOUND;
    case ErrorCode::RouteNotFound: return PCAI_ERROR_ROUTE_NOT_FOUND;
    case ErrorCode::MethodNotAllowed: return PCAI_ERROR_METHOD_NOT_ALLOWED;
    case ErrorCode::PayloadTooLarge: return PCAI_ERROR_PAYLOAD_TOO_LARGE;
    case ErrorCode::Unsupported: return PCAI_ERROR_UNSUPPORTED;
    case ErrorCode::InvalidModel: return PCAI_ERROR_INVALID_MODEL;
    case ErrorCode::Overloaded: return PCAI_ERROR_OVERLOADED;
    case ErrorCode::Loading: return PCAI_ERROR_LOADING;
    case ErrorCode::Draining: return PCAI_ERROR_DRAINING;
    case ErrorCode::DeadlineExceeded: return PCAI_ERROR_DEADLINE_EXCEEDED;
    case ErrorCode::Cancelled: return PCAI_ERROR_CANCELLED;
    case ErrorCode::WorkerDied: return PCAI_ERROR_WORKER_DIED;
    case ErrorCode::Internal: return PCAI_ERROR_INTERNAL;
  }
  return PCAI_ERROR_INTERNAL;
}

pcai_status report(Error error, pcai_error** out) noexcept {
  const pcai_status status = status_of(error.code);
  if (out == nullptr) return status;
  try {
    *out = new pcai_error{status, without_nul(error.message), without_nul(error.field)};
  } catch (...) {
    *out = &pcai::capi::out_of_memory();
  }
  return status;
}

pcai_status report_out_of_memory(pcai_error** out) noexcept {
  if (out != nullptr) *out = &pcai::capi::out_of_memory();
  return PCAI_ERROR_OUT_OF_MEMORY;
}

}  // namespace pcai::capi

extern "C" {

pcai_status pcai_error_code(const pcai_error* error) {
  return error == nullptr ? PCAI_OK : error->code;
}

const char* pcai_error_message(const pcai_error* error) {
  return error == nullptr ? "" : error->message.c_str();
}

const char* pcai_error_field(const pcai_error* error) {
  return error == nullptr ? "" : error->field.c_str();
}

void pcai_error_free(pcai_error** error) {
  if (error == nullptr) return;
  pcai_error* const freed = std::exchange(*error, nullptr);
  if (freed != &pcai::capi::out_of_memory()) delete freed;
}

const char* pcai_status_name(pcai_status status) {
  switch (status) {
    case PCAI_OK: return "ok";
    case PCAI_TIMEOUT: return "timeout";
    case PCAI_END: return "end";
    case PCAI_ERROR_OUT_OF_MEMORY: return "out_of_memory";
    default: break;
  }
  for (int code = 0; code <= static_cast<int>(pcai::ErrorCode::Internal); ++code) {
    const auto error = static_cast<pcai::ErrorCode>(code);
    if (pcai::capi::status_of(error) == status) return pcai::to_string(error).data();
  }
  return "unknown";
}

#define PCAI_TEXT_OF(number) #number
#define PCAI_DOTTED(a, b, c) PCAI_TEXT_OF(a) "." PCAI_TEXT_OF(b) "." PCAI_TEXT_OF(c)

const char* pcai_version(void) {
  return PCAI_DOTTED(PCAI_VERSION_MAJOR, PCAI_VERSION_MINOR, PCAI_VERSION_PATCH);
}

}  // extern "C"
