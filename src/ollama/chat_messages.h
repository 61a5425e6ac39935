#pragma once

#include <string>
#include <vector>

#include "api/field.h"
#include "core/request.h"

namespace pcai::ollama {

/// Reads `messages`. Calls without an id get one by their position, and a tool's answer is matched
/// to a call by its id, else by its name. Images stand before the text.
Result<std::vector<ChatMessage>> read_chat_messages(api::Json& array, const std::string& path,
                                                    std::vector<std::string>& warnings);

/// Reads `images`, a list of files in base64.
Status read_images(api::Json& array, const std::string& path, std::vector<Media>& images);

}  // namespace pcai::ollama
