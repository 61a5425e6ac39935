#pragma once

#include <string>
#include <vector>

#include "api/dialect.h"
#include "api/field.h"
#include "core/request.h"

namespace pcai::anthropic {

/// Reads `messages`: user and assistant turns of blocks. Tool results become messages of their own
/// before the rest of their turn; turns of one role in a row become one. Images
/// stand where they stood between the texts; documents are Unsupported. Members without effect are
/// added to `warnings`. `places` says which turn or block each part of a message is of; the first
/// message will be the core's messages[first].
Result<std::vector<ChatMessage>> read_turns(api::Json& array, const std::string& path,
                                            std::size_t first, api::Warnings& warnings,
                                            api::Places& places);

/// Reads a text or a list of text blocks, as in `system` and in a tool's result.
Status read_text(api::Json& value, const std::string& path, api::Warnings& warnings,
                 std::string& text);

}  // namespace pcai::anthropic
