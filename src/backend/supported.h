#pragma once

#include "backend/inference_backend.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai::backend {

/// Refuses, as Unsupported and with the field's JSON name, what a request asks of a backend that
/// cannot do it. Every backend calls it in submit, after check_request.
Status check_supported(const GenerateRequest& request, const BackendDescriptor& backend);

}  // namespace pcai::backend
