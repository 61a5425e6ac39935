#include "backend/answer/chat/open_turn.h"

#include <optional>
#include <string_view>
#include <utility>

#include "backend/answer/random_mark.h"

namespace pcai::backend::answer {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  const std::size_t last = text.find_last_not_of(" \n");
  return !end.empty() && last != std::string_view::npos && text.substr(0, last + 1).ends_with(end);
}

/// The prompt up to the mark behind the last words; nothing if the template does not write it.
std::optional<std::string> cut_at_mark(ChatPrompt chat, const ApplyTemplate& apply) {
  ChatMessage& last = chat.messages.back();
  const std::string mark = random_mark();
  const bool has_text = last.content && !last.content->empty();
  (has_text ? *last.content : last.reasoning) += mark;
  auto prompt = apply(chat, false);
  if (!prompt) return std::nullopt;
  const std::size_t end = prompt->rfind(mark);
  if (end == std::string::npos) return std::nullopt;
  prompt->resize(end);
  // Templates may write a text twice; only the end is the place to go on from.
  for (std::size_t at = prompt->find(mark); at != std::string::npos; at = prompt->find(mark, at)) {
    prompt->erase(at, mark.size());
  }
  return *std::move(prompt);
}

}  // namespace

bool has_open_turn(const ChatPrompt& chat) {
  if (!chat.continues) return false;
  const ChatMessage& last = chat.messages.back();
  return !last.content.value_or("").empty() || !last.reasoning.empty();
}

Result<std::string> apply_open(const ChatPrompt& chat, const ApplyTemplate& apply,
                               const std::string& reasoning_begin,
                               const std::string& reasoning_end) {
  if (auto prompt = cut_at_mark(chat, apply)) return *std::move(prompt);
  ChatPrompt before = chat;
  const ChatMessage last = std::move(before.messages.back());
  before.messages.pop_back();
  if (before.messages.empty()) before.messages.push_back({.role = Role::User, .content = ""});
  auto prompt = apply(before, true);
  if (!prompt) return prompt;
  const bool reasons = ends_with(*prompt, reasoning_begin);
  const std::string text = last.content.value_or("");
  if (text.empty() || (reasons && !last.reasoning.empty())) {
    if (reasoning_begin.empty()) {
      return fail(ErrorCode::InvalidRequest,
                  "the model's chat template writes no reasoning, so an answer cannot go on from "
                  "it; leave the last message out",
                  "messages");
    }
    if (!reasons) *prompt += reasoning_begin + "\n";
    *prompt += last.reasoning;
  }
  if (text.empty()) return prompt;
  if (reasons) *prompt += reasoning_end + "\n\n";
  return *prompt + text;
}

}  // namespace pcai::backend::answer
