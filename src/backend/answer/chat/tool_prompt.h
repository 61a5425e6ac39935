#pragma once

#include <vector>

#include "core/request.h"

namespace pcai::backend::answer {

/// Rewrites a chat for a template that does not know tools. The system message describes them, and
/// calls and their results become text in the format of answer_format.h.
std::vector<ChatMessage> describe_tools(const ChatPrompt& chat);

}  // namespace pcai::backend::answer
