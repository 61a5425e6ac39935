#pragma once

#include <string>
#include <vector>

#include "core/request.h"
#include "openai/dialect.h"
#include "openai/field.h"

namespace pcai {

/// Reads `messages`: user and assistant turns of blocks. Tool results become messages of their own
/// before the rest of their turn; turns of one role in a row become one. Images
/// stand where they stood between the texts; documents are Unsupported. Members without effect are
/// added to `warnings`. `places` says which turn or block each part of a message is of; the first
/// message will be the core's messages[first].
Result<std::vector<ChatMessage>> read_turns(Json& array, const std::string& path, std::size_t first,
                                            std::vector<std::string>& warnings, Places& places);

/// Reads a text or a list of text blocks, as in `system` and in a tool's result.
Status read_text(Json& value, const std::string& path, std::vector<std::string>& warnings,
                 std::string& text);

}  // namespace pcai
