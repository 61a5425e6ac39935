#pragma once

#include "core/request.h"
#include "core/result.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// Copies the caller's request, so that nothing of it is needed later, and checks it as
/// check_request does. `request` must not be null. The fields that an older caller's struct lacks
/// take their defaults (convention 11 of pcai.h). The result's `model` is empty. An error names the
/// field as it is in pcai.h: "messages[2].content".
Result<GenerateRequest> read_request(const pcai_request* request);

/// A request with the defaults of core/request.h and no prompt.
pcai_request default_request() noexcept;

}  // namespace pcai::capi
