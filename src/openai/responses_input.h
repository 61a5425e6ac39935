#pragma once

#include <string>
#include <vector>

#include "core/request.h"
#include "openai/dialect.h"
#include "openai/field.h"

namespace pcai {

/// Reads the `input` of /v1/responses: a text or a list of items. Consecutive reasoning, text and
/// calls of an assistant become one message. Items and parts that no model here can read fail with
/// Unsupported.
Result<std::vector<ChatMessage>> read_input(Json& value, const std::string& path,
                                            std::vector<std::string>& warnings, Places& places);

}  // namespace pcai
