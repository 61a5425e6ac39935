#include "backend/answer/tool_prompt.h"

#include <nlohmann/json.hpp>
#include <string>

#include "backend/answer/answer_format.h"

namespace pcai::backend::answer {
namespace {

using Json = nlohmann::ordered_json;

std::string describe(const ToolDefinition& tool) {
  Json function = {{"name", tool.name}};
  if (!tool.description.empty()) function["description"] = tool.description;
  if (!tool.parameters.empty())
    function["parameters"] = Json::parse(tool.parameters, nullptr, false);
  return Json{{"type", "function"}, {"function", std::move(function)}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
}

std::string instructions(const ToolOptions& tools) {
  std::string text = "You can call functions. These are the functions, as JSON schemas:\n<tools>\n";
  for (const ToolDefinition& tool : tools.definitions) text += describe(tool) + "\n";
  text += "</tools>\n";
  text += tools.choice == ToolChoice::Required
              ? "Answer with a call of one of them, in this form:\n"
              : "When one of them helps to answer, call it in this form:\n";
  text += kCallBegin;
  text += kCallHead;
  text += "function-name";
  text += kCallMiddle;
  text += "{\"argument\": \"value\"}}\n";
  text += kCallEnd;
  return text;
}

void append_line(std::optional<std::string>& text, const std::string& line) {
  text = text && !text->empty() ? *text + "\n" + line : line;
}

void calls_to_text(ChatMessage& message) {
  for (const ToolCall& call : message.tool_calls) {
    std::string text(kCallBegin);
    text += kCallHead;
    text += call.name;
    text += kCallMiddle;
    text += (call.arguments.empty() ? "{}" : call.arguments) + "}\n";
    text += kCallEnd;
    append_line(message.content, text);
  }
  message.tool_calls.clear();
}

}  // namespace

std::vector<ChatMessage> describe_tools(const ChatPrompt& chat) {
  std::vector<ChatMessage> messages;
  if (chat.messages.front().role != Role::System) messages.push_back({.role = Role::System});
  bool results_go_on = false;
  for (const ChatMessage& message : chat.messages) {
    if (message.role == Role::Tool) {
      // Results of several calls are one turn, because templates want the roles in turn.
      if (!results_go_on) messages.push_back({.role = Role::User});
      append_line(messages.back().content,
                  "<tool_response>\n" + message.content.value_or("") + "\n</tool_response>");
    } else {
      messages.push_back(message);
      calls_to_text(messages.back());
    }
    results_go_on = message.role == Role::Tool;
  }
  if (chat.tools.enabled()) append_line(messages.front().content, instructions(chat.tools));
  if (!messages.front().content) messages.erase(messages.begin());
  return messages;
}

}  // namespace pcai::backend::answer
