#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/request.h"

namespace pcai::backend::mistralrs {

/// The form in which a chat template wants a message's content: text, or always a list of parts.
enum class ContentForm : std::uint8_t { Text, Parts };

/// A chat as JSON for pcai_mrs_render. A message with images is a list of parts in either form.
/// Fails with InvalidRequest if a message's tool call or a template argument is not JSON.
Result<std::string> chat_json(const ChatPrompt& chat, ContentForm form);

/// A request as JSON for pcai_mrs_submit.
std::string request_json(const std::vector<std::int32_t>& prompt, const GenerateParams& params,
                         std::uint32_t context_length);

/// The same with images: `chat` from chat_json.
std::string request_json(const std::string& chat, const GenerateParams& params,
                         std::uint32_t context_length);

}  // namespace pcai::backend::mistralrs
