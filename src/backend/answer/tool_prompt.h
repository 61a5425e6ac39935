#pragma once

#include <vector>

#include "core/request.h"

namespace pcai::backend::answer {

/// The same conversation for a chat template that knows no tools: they are described in the system
/// message, and calls and their results become text (answer_format.h).
std::vector<ChatMessage> describe_tools(const ChatPrompt& chat);

}  // namespace pcai::backend::answer
