#include "backend/answer/special_text.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "backend/answer/random_mark.h"

namespace pcai::backend::answer {
namespace {

constexpr char kMarkEnd = 'e';

/// Hides the part, and returns what stands for it.
std::string add_mark(PromptPart part, SpecialText::Shielded& shielded) {
  if (shielded.mark.empty()) shielded.mark = random_mark();
  shielded.hidden.push_back(std::move(part));
  return shielded.mark + std::to_string(shielded.hidden.size() - 1) + kMarkEnd;
}

}  // namespace

SpecialText::SpecialText(std::vector<std::string> names) : names_(std::move(names)) {
  std::erase(names_, "");
  std::sort(names_.begin(), names_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  for (const std::string& name : names_) {
    if (first_bytes_.find(name.front()) == std::string::npos) first_bytes_ += name.front();
  }
}

SpecialText::Shielded SpecialText::shield(ChatPrompt chat) const {
  Shielded shielded;
  for (ChatMessage& message : chat.messages) {
    if (message.content) hide_content(message, shielded);
    hide(message.reasoning, shielded);
    hide(message.name, shielded);
    hide(message.tool_call_id, shielded);
    for (ToolCall& call : message.tool_calls) {
      hide(call.id, shielded);
      hide(call.name, shielded);
      hide(call.arguments, shielded);
    }
  }
  for (ToolDefinition& tool : chat.tools.definitions) {
    hide(tool.description, shielded);
    hide(tool.parameters, shielded);
  }
  for (TemplateArgument& argument : chat.template_arguments) hide(argument.json, shielded);
  shielded.chat = std::move(chat);
  return shielded;
}

void SpecialText::hide_content(ChatMessage& message, Shielded& shielded) const {
  std::string result;
  std::size_t begin = 0;
  for (Media& media : message.media) {
    std::string before = message.content->substr(begin, media.position - begin);
    hide(before, shielded);
    begin = media.position;
    result += before + add_mark({.media = std::move(media)}, shielded);
  }
  std::string rest = message.content->substr(begin);
  hide(rest, shielded);
  message.content = result + rest;
  message.media.clear();
}

std::size_t SpecialText::length_at(std::string_view text, std::size_t position) const {
  for (const std::string& name : names_) {
    if (text.compare(position, name.size(), name) == 0) return name.size();
  }
  return 0;
}

void SpecialText::hide(std::string& text, Shielded& shielded) const {
  std::string result;
  std::size_t copied = 0;
  for (std::size_t at = text.find_first_of(first_bytes_); at != std::string::npos;
       at = text.find_first_of(first_bytes_, at)) {
    const std::size_t length = length_at(text, at);
    if (length == 0) {
      ++at;
      continue;
    }
    result.append(text, copied, at - copied);
    result += add_mark({.text = text.substr(at, length), .plain = true}, shielded);
    at += length;
    copied = at;
  }
  if (copied == 0) return;
  result.append(text, copied, std::string::npos);
  text = std::move(result);
}

std::vector<PromptPart> SpecialText::split(std::string_view prompt, const Shielded& shielded) {
  std::vector<PromptPart> parts;
  std::size_t begin = 0;
  const auto add = [&parts](std::string_view text) {
    if (!text.empty()) parts.push_back({std::string(text)});
  };
  while (!shielded.mark.empty()) {
    const std::size_t mark = prompt.find(shielded.mark, begin);
    if (mark == std::string_view::npos) break;
    const char* const number = prompt.data() + mark + shielded.mark.size();
    std::size_t index = 0;
    const auto parsed = std::from_chars(number, prompt.data() + prompt.size(), index);
    add(prompt.substr(begin, mark - begin));
    if (index < shielded.hidden.size()) parts.push_back(shielded.hidden[index]);
    begin = static_cast<std::size_t>(parsed.ptr - prompt.data());
    if (begin < prompt.size() && prompt[begin] == kMarkEnd) ++begin;
  }
  add(prompt.substr(begin));
  return parts;
}

}  // namespace pcai::backend::answer
