#include "backend/answer/chat/tool_prompt.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "backend/answer/answer_format.h"
#include "backend/answer/chat/join_messages.h"

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

void append_line(ChatMessage& message, std::string line) {
  append_message(message, {.content = std::move(line)}, "\n");
}

/// A result as a part of a user's message, with its media.
ChatMessage as_response(ChatMessage result) {
  ChatMessage response{.role = Role::User, .content = "<tool_response>\n"};
  append_message(response, {.content = std::move(result.content), .media = std::move(result.media)},
                 "");
  append_message(response, {.content = "\n</tool_response>"}, "");
  return response;
}

void calls_to_text(ChatMessage& message) {
  for (const ToolCall& call : message.tool_calls) {
    std::string text(kCallBegin);
    text += kCallHead;
    text += call.name;
    text += kCallMiddle;
    text += (call.arguments.empty() ? "{}" : call.arguments) + "}\n";
    text += kCallEnd;
    append_line(message, std::move(text));
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
      append_message(messages.back(), as_response(message), "\n");
    } else {
      messages.push_back(message);
      calls_to_text(messages.back());
    }
    results_go_on = message.role == Role::Tool;
  }
  if (chat.tools.enabled()) append_line(messages.front(), instructions(chat.tools));
  if (!messages.front().content) messages.erase(messages.begin());
  return messages;
}

}  // namespace pcai::backend::answer
