#pragma once

#include "core/request.h"
#include "core/result.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// A copy of the caller's request, checked. `request` must not be null. An error names the field.
Result<GenerateRequest> read_request(const pcai_request* request);

/// The contract's defaults.
pcai_request default_request() noexcept;

}  // namespace pcai::capi
