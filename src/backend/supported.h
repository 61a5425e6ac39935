#pragma once

#include "backend/inference_backend.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai::backend {

/// Checks that the backend can do what a request asks for. Fails with Unsupported and the field's
/// JSON name. A backend that lacks a capability calls it in submit(), after check_request().
/// llamacpp has every capability and does not call it.
Status check_supported(const GenerateRequest& request, const BackendDescriptor& backend);

}  // namespace pcai::backend
