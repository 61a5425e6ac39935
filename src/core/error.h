#pragma once

#include <string>
#include <string_view>

namespace pcai {

/// Whose fault an error is. One table maps it to HTTP (openai/error_body.h), one to the C ABI.
enum class ErrorCode {
  InvalidRequest,    // the caller's: a field is missing, wrong or out of range
  ContextOverflow,   // the caller's: the prompt does not fit the context
  Unauthorized,      // no or a wrong API key
  Forbidden,         // a key or an origin that may not do this
  ModelNotFound,     // no model has that id
  RouteNotFound,     // no route has that path
  MethodNotAllowed,  // the route exists, the method does not
  PayloadTooLarge,   // the body is over its limit
  Unsupported,       // valid, but this model or backend cannot do it
  InvalidModel,      // the model file is missing, damaged or of an unknown kind
  Overloaded,        // the queue is full; try again later
  Loading,           // the model is not loaded yet; try again later
  Draining,          // the process is shutting down
  DeadlineExceeded,  // the request's time ran out
  Cancelled,         // the caller cancelled, or the model was unloaded
  WorkerDied,        // the model's process ended under the request
  Internal,          // ours
};

/// An error as data. `message` names the culprit and the way out; `field` is the JSON path of the
/// request field at fault, empty when there is none.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;
  std::string field = {};
};

/// The code's stable lower-case name ("invalid_request"), as used in logs, JSON and the C ABI.
std::string_view to_string(ErrorCode code) noexcept;

}  // namespace pcai
