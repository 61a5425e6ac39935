#include "api/fields/continuation.h"

#include "core/path.h"

namespace pcai::api {

bool ends_with_words(const ChatPrompt& chat) {
  if (chat.messages.empty()) return false;
  const ChatMessage& last = chat.messages.back();
  return last.role == Role::Assistant && last.tool_calls.empty();
}

Status set_continuation(GenerateRequest& request, const Continuation& said) {
  ChatPrompt& chat = std::get<ChatPrompt>(request.prompt);
  const bool begins_turn = said.add_generation_prompt.value_or(false);
  if (said.continue_final_message.value_or(false) && begins_turn) {
    return refuse("continue_final_message",
                  "and add_generation_prompt cannot both be true: the first continues the last "
                  "turn, the second begins a new one");
  }
  chat.continues = said.continue_final_message.value_or(ends_with_words(chat) && !begins_turn &&
                                                        !request.params.grammar);
  if (!chat.continues && !said.add_generation_prompt.value_or(true)) {
    chat.template_arguments.push_back({"add_generation_prompt", "false"});
  }
  return {};
}

}  // namespace pcai::api
