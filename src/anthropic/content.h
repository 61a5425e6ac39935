#pragma once

#include <string>
#include <vector>

#include "core/request.h"
#include "openai/field.h"

namespace pcai {

/// Reads `messages`: user and assistant turns of blocks. Tool results become messages of their own
/// in front of the rest of their turn. Consecutive turns of one role become one. Images keep their
/// place between the texts. Documents fail with Unsupported. Members without effect are added to
/// `warnings`.
Result<std::vector<ChatMessage>> read_turns(Json& array, const std::string& path,
                                            std::vector<std::string>& warnings);

/// Reads a text or a list of text blocks, as in `system` and in a tool's result.
Status read_text(Json& value, const std::string& path, std::vector<std::string>& warnings,
                 std::string& text);

}  // namespace pcai
