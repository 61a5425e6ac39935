#pragma once

#include <functional>
#include <string>

#include "backend/answer/chat/template_traits.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai::backend::answer {

/// Makes a prompt of a chat in one form. The chat may continue.
using WriteChat = std::function<Result<std::string>(const ChatPrompt& chat)>;

/// Writes a chat so that all its texts reach the prompt: in the form that the template is known to
/// need, then in others, each further from how the chat came. At most nine are tried. Fails with
/// InvalidRequest if the template refuses all of them, or names what it leaves out (find_lost).
/// `our_words` is where they may end, or begin: tools described in our words.
enum class OurWords : std::uint8_t { Never, IfNeeded, Always };
Result<std::string> write_whole(const TemplateTraits& traits, const ChatPrompt& chat,
                                OurWords our_words, const WriteChat& write);

/// The same with a template that is applied as it is, whatever the chat: tools are described in our
/// words if it needs them, and a chat that continues is left open (open_turn.h).
Result<std::string> write_whole(const TemplateTraits& traits, const ChatPrompt& chat,
                                const ApplyTemplate& apply);

}  // namespace pcai::backend::answer
