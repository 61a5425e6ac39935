#include "backend/answer/chat/chat_form.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "backend/answer/chat/call_arguments.h"
#include "backend/answer/chat/join_messages.h"
#include "backend/answer/chat/tool_prompt.h"

namespace pcai::backend::answer {
namespace {

using Messages = std::vector<ChatMessage>;

constexpr std::string_view kBetween = "\n\n";

Messages with_one_system(Messages messages) {
  Messages result;
  result.reserve(messages.size());
  for (ChatMessage& message : messages) {
    if (message.role == Role::System && !result.empty()) {
      if (result.size() == 1 && result.front().role == Role::System) {
        append_message(result.front(), std::move(message), kBetween);
        continue;
      }
      message.role = Role::User;
    }
    result.push_back(std::move(message));
  }
  return result;
}

Messages without_system(Messages messages) {
  if (messages.front().role != Role::System) return messages;
  messages.front().role = Role::User;
  if (messages.size() > 1 && messages[1].role == Role::User) {
    append_message(messages[0], std::move(messages[1]), kBetween);
    messages.erase(messages.begin() + 1);
  }
  return messages;
}

/// Calls and results are no turns of their own: after them the assistant still has to speak.
Messages in_turns(Messages messages) {
  Messages result;
  result.reserve(messages.size() + 1);
  for (ChatMessage& message : messages) {
    const bool first = result.empty() || result.back().role == Role::System;
    const bool called =
        !first && (result.back().role == Role::Tool || !result.back().tool_calls.empty());
    if (first && message.role == Role::Assistant) {
      result.push_back({.role = Role::User, .content = ""});
    } else if (called && message.role == Role::User) {
      result.push_back({.role = Role::Assistant, .content = ""});
    } else if (!first && !called && message.role == result.back().role) {
      append_message(result.back(), std::move(message), kBetween);
      continue;
    }
    result.push_back(std::move(message));
  }
  return result;
}

/// Takes the result of a call out of `results`: the one with its id, or else the next one.
void take_result(const ToolCall& call, Messages& results, Messages& to) {
  auto found = std::find_if(results.begin(), results.end(), [&call](const ChatMessage& result) {
    return result.tool_call_id == call.id;
  });
  if (found == results.end()) found = results.begin();
  if (found == results.end()) return;
  to.push_back(std::move(*found));
  results.erase(found);
}

Messages with_single_calls(Messages messages) {
  Messages result;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    ChatMessage& message = messages[i];
    std::vector<ToolCall> calls = std::exchange(message.tool_calls, {});
    if (calls.empty()) {
      result.push_back(std::move(message));
      continue;
    }
    Messages results;
    while (i + 1 < messages.size() && messages[i + 1].role == Role::Tool) {
      results.push_back(std::move(messages[++i]));
    }
    std::string reasoning;
    if (message.content && !message.content->empty()) {
      result.push_back(std::move(message));
    } else {
      reasoning = std::move(message.reasoning);
    }
    for (ToolCall& call : calls) {
      result.push_back({.role = Role::Assistant,
                        .tool_calls = {call},
                        .reasoning = std::exchange(reasoning, {})});
      take_result(call, results, result);
    }
    std::move(results.begin(), results.end(), std::back_inserter(result));
  }
  return result;
}

bool is_short(const std::string& id) {
  return id.size() == 9 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

/// Gives ids in the order in which they come, so that a longer chat still begins with the same
/// text.
class ShortIds {
 public:
  explicit ShortIds(const Messages& messages) {
    for (const ChatMessage& message : messages) {
      for (const ToolCall& call : message.tool_calls) {
        if (is_short(call.id)) taken_.insert(call.id);
      }
    }
  }

  void shorten(std::string& id) {
    if (is_short(id)) return;
    std::string& known = known_[id];
    while (known.empty()) {
      std::string next = std::to_string(next_++);
      next.insert(0, 8 - next.size(), '0');
      next.insert(0, 1, 'c');
      if (!taken_.contains(next)) known = std::move(next);
    }
    id = known;
  }

 private:
  std::unordered_map<std::string, std::string> known_;
  std::unordered_set<std::string> taken_;
  std::uint32_t next_ = 0;  // fewer than 10^8: a chat has far fewer calls
};

void shorten_ids(Messages& messages) {
  ShortIds ids(messages);
  for (ChatMessage& message : messages) {
    for (ToolCall& call : message.tool_calls) ids.shorten(call.id);
    if (message.role == Role::Tool) ids.shorten(message.tool_call_id);
  }
}

}  // namespace

bool mentions_tools(const ChatPrompt& chat) {
  return chat.tools.enabled() ||
         std::any_of(chat.messages.begin(), chat.messages.end(), [](const ChatMessage& message) {
           return message.role == Role::Tool || !message.tool_calls.empty();
         });
}

ChatPrompt in_form(ChatPrompt chat, const ChatForm& form) {
  for (ChatMessage& message : chat.messages) {
    for (ToolCall& call : message.tool_calls) call.arguments = as_object(call.arguments);
  }
  if (form.in_our_words && mentions_tools(chat)) {
    chat.messages = describe_tools(chat);
    chat.tools = {};
  }
  if (!chat.tools.enabled()) chat.tools = {};
  if (form.one_system) chat.messages = with_one_system(std::move(chat.messages));
  if (form.no_system) chat.messages = without_system(std::move(chat.messages));
  if (form.in_turns) chat.messages = in_turns(std::move(chat.messages));
  if (form.single_calls) chat.messages = with_single_calls(std::move(chat.messages));
  if (form.short_ids) shorten_ids(chat.messages);
  return chat;
}

}  // namespace pcai::backend::answer
