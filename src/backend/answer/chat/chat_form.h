#pragma once

#include <string>
#include <vector>

#include "core/request.h"

namespace pcai::backend::answer {

/// How the messages of a chat are rewritten for a template that does not take them as they come.
/// Each rewriting keeps all texts, and changes only chats that need it.
struct ChatForm {
  bool in_our_words = false;  // tools, calls and results as text (tool_prompt.h)
  bool one_system = false;    // the first system messages as one; a later one is a user's message
  bool no_system = false;     // the system message begins the first user's message
  bool in_turns = false;      // user and assistant take turns, the user first
  bool single_calls = false;  // a turn makes one call, and its words come in a turn before it
  bool short_ids = false;     // ids of calls have nine letters or digits

  bool operator==(const ChatForm&) const = default;
};

/// True if a chat has tools to call, or calls or results of the past.
bool mentions_tools(const ChatPrompt& chat);

/// Rewrites a chat. The arguments of calls always become objects (call_arguments.h). Tools are left
/// out if the template is not to describe them. If the chat continues, its last message stays the
/// last, and its text the end of that message.
ChatPrompt in_form(ChatPrompt chat, const ChatForm& form);

}  // namespace pcai::backend::answer
