#include "backend/mistralrs/bridge.h"

#include <nlohmann/json.hpp>

namespace pcai::backend::mistralrs {

ErrorCode error_code(std::int32_t status) noexcept {
  switch (status) {
    case PCAI_MRS_INVALID_REQUEST: return ErrorCode::InvalidRequest;
    case PCAI_MRS_CONTEXT_OVERFLOW: return ErrorCode::ContextOverflow;
    case PCAI_MRS_UNSUPPORTED: return ErrorCode::Unsupported;
    case PCAI_MRS_INVALID_MODEL: return ErrorCode::InvalidModel;
    case PCAI_MRS_CANCELLED: return ErrorCode::Cancelled;
    default: return ErrorCode::Internal;
  }
}

Error BridgeAnswer::error(std::int32_t status) const {
  Error error{error_code(status), "mistral.rs gave no reason"};
  const auto answer = nlohmann::json::parse(text(), nullptr, false);
  if (!answer.is_object()) return error;
  error.message = answer.value("message", error.message);
  error.field = answer.value("field", "");
  return error;
}

}  // namespace pcai::backend::mistralrs
