#pragma once

#include <string>
#include <vector>

#include "core/request.h"
#include "openai/field.h"

namespace pcai {

/// Reads `messages`. Calls without an id get one by their position, and a tool's answer is matched
/// to a call by its id, else by its name. Images are Unsupported.
Result<std::vector<ChatMessage>> read_chat_messages(Json& array, const std::string& path,
                                                    std::vector<std::string>& warnings);

}  // namespace pcai
