#include "app/exit_code.h"

namespace pcai::app {

int exit_code(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::InvalidRequest:
    case ErrorCode::ContextOverflow:
    case ErrorCode::ModelNotFound:
    case ErrorCode::Unsupported:
    case ErrorCode::InvalidModel: return kUsage;
    case ErrorCode::Cancelled: return kInterrupted;
    default: return kFailure;
  }
}

}  // namespace pcai::app
