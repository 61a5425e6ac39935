#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/request.h"

namespace pcai::backend::mistralrs {

/// How a chat template wants a message's content: as text, or always as a list of parts.
enum class ContentForm : std::uint8_t { Text, Parts };

/// A chat as pcai_mrs_render takes it; messages with images have parts in any form. Fails with
/// InvalidRequest for a message's tool call or a template argument that is not JSON.
Result<std::string> chat_json(const ChatPrompt& chat, ContentForm form);

/// A request as pcai_mrs_submit takes it.
std::string request_json(const std::vector<std::int32_t>& prompt, const GenerateParams& params,
                         std::uint32_t context_length);

/// The same with images: `chat` from chat_json.
std::string request_json(const std::string& chat, const GenerateParams& params,
                         std::uint32_t context_length);

}  // namespace pcai::backend::mistralrs
