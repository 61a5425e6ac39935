#pragma once

#include <string>
#include <vector>

#include "core/request.h"
#include "openai/dialect.h"
#include "openai/field.h"

namespace pcai {

/// Reads the `input` of /v1/responses: a text, or a list of items. What an assistant thought, said
/// and called in a row becomes one message. Kinds of items and parts that no model here can read
/// are Unsupported. `places` says which item each message is of.
Result<std::vector<ChatMessage>> read_input(Json& value, const std::string& path,
                                            std::vector<std::string>& warnings, Places& places);

}  // namespace pcai
