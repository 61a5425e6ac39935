#pragma once

#include <string>
#include <vector>

#include "api/field.h"
#include "core/request.h"

namespace pcai::openai {

/// Reads the `input` of /v1/responses: a text, or a list of items. What an assistant thought, said
/// and called in a row becomes one message. Kinds of items and parts that no model here can read
/// are Unsupported.
Result<std::vector<ChatMessage>> read_input(api::Json& value, const std::string& path,
                                            std::vector<std::string>& warnings);

}  // namespace pcai::openai
