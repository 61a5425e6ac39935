#pragma once

#include "core/request.h"
#include "core/result.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// Reads tools, tool_choice and json_schema of `from`, which are JSON text, into `to`, whose prompt
/// is set already. The rules are those of the OpenAI API's fields (src/openai). Fails with
/// InvalidRequest if tools come without messages or text is no JSON of the right shape, and with
/// Unsupported for tools that are not functions; `to` may then be half filled. The error names the
/// field.
Status read_tools(const pcai_request& from, GenerateRequest& to);

}  // namespace pcai::capi
