#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "backend/answer/chat/template_traits.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai::backend::answer {

/// Makes a prompt of a chat in one form. The chat may continue.
using WriteChat = std::function<Result<std::string>(const ChatPrompt& chat)>;

/// Whether tools, calls and their results are described in our words (tool_prompt.h).
enum class OurWords : std::uint8_t { Never, IfNeeded, Always };

/// Writes a chat so that all its texts reach the prompt: in the form that the template is known to
/// need, then in others, each further from how the chat came; at most nine. Fails with
/// InvalidRequest and the template's first reason if it refuses all of them, or with the path of
/// what it leaves out (find_lost). Any other failure of `write` ends it at once.
Result<std::string> write_whole(const TemplateTraits& traits, const ChatPrompt& chat,
                                OurWords our_words, const WriteChat& write);

/// The same with a template that is applied as it is, whatever the chat: tools are described in our
/// words if it needs them, and a chat that continues is left open (open_turn.h).
Result<std::string> write_whole(const TemplateTraits& traits, const ChatPrompt& chat,
                                const ApplyTemplate& apply);

}  // namespace pcai::backend::answer
