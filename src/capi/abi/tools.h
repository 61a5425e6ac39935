#pragma once

#include "core/request.h"
#include "core/result.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// Reads tools, tool_choice and json_schema of `from` into a request that has its prompt.
Status read_tools(const pcai_request& from, GenerateRequest& to);

}  // namespace pcai::capi
