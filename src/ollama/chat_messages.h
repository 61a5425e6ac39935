#pragma once

#include <string>
#include <vector>

#include "api/field.h"
#include "core/request.h"

namespace pcai::ollama {

/// Reads `messages`. A call without an id gets one from its position. A tool's answer is matched to
/// a call by its id, or else by its name. Images stand in front of the text.
Result<std::vector<ChatMessage>> read_chat_messages(api::Json& array, const std::string& path,
                                                    api::Warnings& warnings);

/// Reads `images`, a list of files in base64.
Status read_images(api::Json& array, const std::string& path, std::vector<Media>& images);

}  // namespace pcai::ollama
