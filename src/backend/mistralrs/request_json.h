#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/request.h"

namespace pcai {

/// A chat as pcai_mrs_render takes it. Fails with InvalidRequest for a message's tool call or a
/// template argument that is not JSON.
Result<std::string> chat_json(const ChatPrompt& chat);

/// A request as pcai_mrs_submit takes it.
std::string request_json(const std::vector<std::int32_t>& prompt, const GenerateParams& params,
                         std::uint32_t context_length);

}  // namespace pcai
