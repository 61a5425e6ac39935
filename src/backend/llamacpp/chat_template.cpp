#include "backend/llamacpp/chat_template.h"

#include <chat.h>

#include <exception>
#include <string>

#include "backend/llamacpp/tool_prompt.h"

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

common_chat_templates_inputs to_inputs(const std::vector<ChatMessage>& messages) {
  common_chat_templates_inputs inputs;
  inputs.messages.reserve(messages.size());
  for (const ChatMessage& message : messages) inputs.messages.push_back(to_common(message));
  inputs.force_pure_content = true;
  return inputs;
}

void add_tools(common_chat_templates_inputs& inputs, const ToolOptions& tools) {
  for (const ToolDefinition& tool : tools.definitions) {
    inputs.tools.push_back(
        {tool.name, tool.description,
         tool.parameters.empty() ? R"({"type":"object","properties":{}})" : tool.parameters});
  }
}

bool mentions_tools(const ChatPrompt& chat) {
  if (chat.tools.enabled()) return true;
  for (const ChatMessage& message : chat.messages) {
    if (message.role == Role::Tool || !message.tool_calls.empty()) return true;
  }
  return false;
}

bool ends_with_mark(std::string_view text, std::string_view mark) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return !mark.empty() && text.size() >= mark.size() &&
         text.substr(text.size() - mark.size()) == mark;
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
    if (!templates) return fail(culprit, "the chat template cannot be read", "chat_template");
    ChatTemplate result(templates.release());
    result.find_out_about_calls();
    result.find_out_about_reasoning();
    return result;
  } catch (const std::exception& exception) {
    return fail(culprit, std::string("the chat template cannot be read: ") + exception.what(),
                "chat_template");
  }
}

/// Lets it write a call, and looks.
void ChatTemplate::find_out_about_calls() {
  const ToolOptions tools{.definitions = {{"probe", "A probe", R"({"type":"object"})"}}};
  common_chat_templates_inputs inputs = to_inputs(
      {{.role = Role::User, .content = "go"},
       {.role = Role::Assistant, .content = "", .tool_calls = {{"call_1", "probe", R"({"a":1})"}}},
       {.role = Role::Tool, .content = "done", .tool_call_id = "call_1"}});
  add_tools(inputs, tools);
  const std::string head =
      std::string(kCallBegin) + std::string(kCallHead) + "probe" + std::string(kCallMiddle) + "{";
  try {
    const std::string prompt = common_chat_templates_apply(templates_.get(), inputs).prompt;
    writes_calls_ =
        prompt.find(head) != std::string::npos && prompt.find("A probe") != std::string::npos;
  } catch (const std::exception&) {
    writes_calls_ = false;  // it refuses tools
  }
}

/// By llama.cpp's analysis of the template, else by the usual marks in its source.
void ChatTemplate::find_out_about_reasoning() {
  common_chat_templates_inputs inputs = to_inputs({{.role = Role::User, .content = "go"}});
  inputs.force_pure_content = false;
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  try {
    const common_chat_params params = common_chat_templates_apply(templates_.get(), inputs);
    if (params.supports_thinking && !params.thinking_end_tags.empty()) {
      reasoning_begin_ = params.thinking_start_tag;
      reasoning_end_ = params.thinking_end_tags.front();
    }
  } catch (const std::exception&) {
    // It cannot be analysed; its source still can be searched.
  }
  const std::string source = common_chat_templates_source(templates_.get());
  if ((reasoning_begin_.empty() || reasoning_end_.empty()) &&
      source.find("<think>") != std::string::npos && source.find("</think>") != std::string::npos) {
    reasoning_begin_ = "<think>";
    reasoning_end_ = "</think>";
  }
  if (reasoning_begin_.empty() || reasoning_end_.empty()) {
    reasoning_begin_.clear();
    reasoning_end_.clear();
  }
}

Result<RenderedChat> ChatTemplate::render(const ChatPrompt& chat) const {
  const bool in_our_words = !writes_calls_ && mentions_tools(chat);
  common_chat_templates_inputs inputs =
      to_inputs(in_our_words ? describe_tools(chat) : chat.messages);
  if (writes_calls_ && chat.tools.enabled()) add_tools(inputs, chat.tools);
  inputs.enable_thinking = chat.thinking;
  for (const TemplateArgument& argument : chat.template_arguments) {
    inputs.chat_template_kwargs[argument.name] = argument.json;
  }
  try {
    common_chat_params params = common_chat_templates_apply(templates_.get(), inputs);
    const bool begins = ends_with_mark(params.prompt, reasoning_begin_);
    return RenderedChat{std::move(params.prompt), std::move(params.additional_stops),
                        AnswerFormat{.reasoning_begin = reasoning_begin_,
                                     .reasoning_end = reasoning_end_,
                                     .begins_in_reasoning = begins,
                                     .has_calls = chat.tools.enabled()}};
  } catch (const std::exception& exception) {
    return fail(
        ErrorCode::InvalidRequest,
        std::string("the model's chat template refuses these messages: ") + exception.what(),
        "messages");
  }
}

}  // namespace pcai
