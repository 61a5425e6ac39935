#include "app/chat/conversation.h"

#include <nlohmann/json.hpp>

#include "core/role_name.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::ptrdiff_t kPerTurn = 2;  // messages

Error no_chat() {
  return {ErrorCode::InvalidRequest, "it is not a chat that /save wrote"};
}

}  // namespace

void Conversation::answer(std::string text) {
  messages_.push_back({.role = Role::Assistant, .content = std::move(text)});
}

void Conversation::take_back() {
  if (!messages_.empty() && messages_.back().role == Role::User) messages_.pop_back();
}

void Conversation::set_system(std::string text) {
  if (has_system()) messages_.erase(messages_.begin());
  if (text.empty()) return;
  messages_.insert(messages_.begin(), {.role = Role::System, .content = std::move(text)});
}

void Conversation::clear() {
  messages_.resize(has_system() ? 1 : 0);
}

std::size_t Conversation::turns() const noexcept {
  return (messages_.size() - (has_system() ? 1 : 0)) / kPerTurn;
}

std::vector<ChatMessage> Conversation::older_half() const {
  const auto first = messages_.begin() + (has_system() ? 1 : 0);
  return {first, first + static_cast<std::ptrdiff_t>(half()) * kPerTurn};
}

std::size_t Conversation::drop_older_half() {
  const std::size_t count = half();
  erase_turns(count);
  return count;
}

void Conversation::summarise_older_half(const std::string& summary) {
  erase_turns(half());
  const auto first = messages_.begin() + (has_system() ? 1 : 0);
  const ChatMessage turn[] = {
      {.role = Role::User, .content = "This is what we have said so far: " + summary},
      {.role = Role::Assistant, .content = "I remember it."}};
  messages_.insert(first, std::begin(turn), std::end(turn));
}

std::string Conversation::text(std::string_view model) const {
  Json messages = Json::array();
  for (const ChatMessage& message : messages_) {
    messages.push_back(
        {{"role", role_name(message.role)}, {"content", message.content.value_or("")}});
  }
  const Json chat = {{"model", model}, {"messages", std::move(messages)}};
  return chat.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Conversation> Conversation::from_text(const std::string& text) {
  const Json chat = Json::parse(text, nullptr, false);
  if (!chat.is_object() || !chat.contains("messages") || !chat["messages"].is_array()) {
    return fail(no_chat());
  }
  Conversation conversation;
  bool is_answer = false;
  for (const Json& message : chat["messages"]) {
    if (!message.is_object() || !message.contains("role") || !message.contains("content") ||
        !message["content"].is_string()) {
      return fail(no_chat());
    }
    std::string content = message["content"].get<std::string>();
    if (message["role"] == "system" && conversation.messages_.empty()) {
      conversation.set_system(std::move(content));
    } else if (message["role"] == (is_answer ? "assistant" : "user")) {
      if (is_answer) {
        conversation.answer(std::move(content));
      } else {
        conversation.ask({.role = Role::User, .content = std::move(content)});
      }
      is_answer = !is_answer;
    } else {
      return fail(no_chat());
    }
  }
  conversation.take_back();
  return conversation;
}

bool Conversation::has_system() const noexcept {
  return !messages_.empty() && messages_.front().role == Role::System;
}

std::size_t Conversation::half() const noexcept {
  return (turns() + 1) / 2;
}

void Conversation::erase_turns(std::size_t count) {
  const auto first = messages_.begin() + (has_system() ? 1 : 0);
  messages_.erase(first, first + static_cast<std::ptrdiff_t>(count) * kPerTurn);
}

}  // namespace pcai::app
