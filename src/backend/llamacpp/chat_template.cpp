#include "backend/llamacpp/chat_template.h"

#include <chat.h>

#include <exception>
#include <string>

namespace pcai {
namespace {

const char* role_name(Role role) {
  switch (role) {
    case Role::System: return "system";
    case Role::User: return "user";
    case Role::Assistant: return "assistant";
    case Role::Tool: return "tool";
  }
  return "user";
}

common_chat_msg to_common(const ChatMessage& message) {
  common_chat_msg common;
  common.role = role_name(message.role);
  common.content = message.content.value_or("");
  common.reasoning_content = message.reasoning;
  common.tool_name = message.name;
  common.tool_call_id = message.tool_call_id;
  for (const ToolCall& call : message.tool_calls) {
    common.tool_calls.push_back({call.name, call.arguments, call.id});
  }
  return common;
}

}  // namespace

void ChatTemplate::Deleter::operator()(common_chat_templates* templates) const noexcept {
  common_chat_templates_free(templates);
}

Result<ChatTemplate> ChatTemplate::create(const llama_model& model,
                                          const std::optional<std::string>& source) {
  const ErrorCode culprit = source ? ErrorCode::InvalidRequest : ErrorCode::InvalidModel;
  try {
    auto templates = common_chat_templates_init(&model, source.value_or(""));
    if (templates) return ChatTemplate(templates.release());
    return fail(culprit, "the chat template cannot be read", "chat_template");
  } catch (const std::exception& exception) {
    return fail(culprit, std::string("the chat template cannot be read: ") + exception.what(),
                "chat_template");
  }
}

Result<RenderedChat> ChatTemplate::render(const std::vector<ChatMessage>& messages) const {
  common_chat_templates_inputs inputs;
  inputs.messages.reserve(messages.size());
  for (const ChatMessage& message : messages) inputs.messages.push_back(to_common(message));
  inputs.force_pure_content = true;
  try {
    common_chat_params params = common_chat_templates_apply(templates_.get(), inputs);
    return RenderedChat{std::move(params.prompt), std::move(params.additional_stops)};
  } catch (const std::exception& exception) {
    return fail(
        ErrorCode::InvalidRequest,
        std::string("the model's chat template refuses these messages: ") + exception.what(),
        "messages");
  }
}

}  // namespace pcai
