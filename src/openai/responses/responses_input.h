#pragma once

#include <string>
#include <vector>

#include "api/dialect.h"
#include "api/field.h"
#include "core/request.h"

namespace pcai::openai {

/// Reads the `input` of /v1/responses: a text or a list of items. Consecutive reasoning, text and
/// calls of an assistant become one message. Items and parts that no model here can read fail with
/// Unsupported.
Result<std::vector<ChatMessage>> read_input(api::Json& value, const std::string& path,
                                            std::vector<std::string>& warnings,
                                            api::Places& places);

}  // namespace pcai::openai
