#include "backend/answer/template_traits.h"

#include <algorithm>
#include <utility>

#include "backend/answer/harmony.h"
#include "backend/answer/tool_prompt.h"

namespace pcai::backend::answer {
namespace {

constexpr const char* kProbe = "probe";
constexpr const char* kProbeDescription = "A probe";

bool mentions_tools(const ChatPrompt& chat) {
  return chat.tools.enabled() ||
         std::any_of(chat.messages.begin(), chat.messages.end(), [](const ChatMessage& message) {
           return message.role == Role::Tool || !message.tool_calls.empty();
         });
}

bool ends_with_mark(std::string_view text, std::string_view mark) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return !mark.empty() && text.size() >= mark.size() &&
         text.substr(text.size() - mark.size()) == mark;
}

/// A native template writes calls of the past itself where it need not describe tools.
bool tells_tools_in_our_words(const TemplateTraits& traits, const ChatPrompt& chat) {
  if (traits.writes_calls || (traits.harmony && traits.knows_tools)) return false;
  return mentions_tools(chat) && (chat.tools.enabled() || !traits.knows_tools);
}

}  // namespace

ChatPrompt probe_of_tools() {
  return {.messages = {{.role = Role::User, .content = "go"},
                       {.role = Role::Assistant,
                        .content = "",
                        .tool_calls = {{"call_1", kProbe, R"({"a":1})"}}},
                       {.role = Role::Tool, .content = "done", .tool_call_id = "call_1"}},
          .tools = {.definitions = {{kProbe, kProbeDescription, R"({"type":"object"})"}}}};
}

void read_probe(TemplateTraits& traits, std::string_view text) {
  const std::string head =
      std::string(kCallBegin) + std::string(kCallHead) + kProbe + std::string(kCallMiddle) + "{";
  // A template that shows neither the function nor the call leaves tools out in silence.
  const std::size_t described = text.find(kProbeDescription);
  traits.knows_tools = described != std::string_view::npos;
  traits.writes_calls = traits.knows_tools && text.find(head) != std::string_view::npos;
}

void find_reasoning_marks(TemplateTraits& traits, std::string_view source) {
  constexpr const char* kBegin = "<think>";
  constexpr const char* kEnd = "</think>";
  if (harmony::is_written_by(source)) {
    traits.harmony = true;
    traits.reasoning_begin = harmony::kReasoningBegin;
    traits.reasoning_end = harmony::kEnd;
    return;
  }
  if (source.find(kBegin) == std::string_view::npos || source.find(kEnd) == std::string_view::npos)
    return;
  traits.reasoning_begin = kBegin;
  traits.reasoning_end = kEnd;
}

ChatPrompt for_template(const TemplateTraits& traits, ChatPrompt chat) {
  const bool in_our_words = tells_tools_in_our_words(traits, chat);
  if (in_our_words) chat.messages = describe_tools(chat);
  if (in_our_words || !chat.tools.enabled()) chat.tools = {};
  return chat;
}

AnswerFormat format_of_answer(const TemplateTraits& traits, const ToolOptions& tools,
                              std::string_view prompt) {
  AnswerFormat format{.reasoning_begin = traits.reasoning_begin,
                      .reasoning_end = traits.reasoning_end,
                      .begins_in_reasoning = ends_with_mark(prompt, traits.reasoning_begin),
                      .has_calls = tools.enabled()};
  if (traits.harmony) {
    format.harmony = true;
    format.calls_in_text = tools.enabled() && !traits.knows_tools;
    format.begun = harmony::begun_in(prompt);
    format.marks.assign(harmony::kMarks.begin(), harmony::kMarks.end());
  }
  if (!format.plain() && (!format.harmony || format.calls_in_text)) {
    for (const std::string_view mark :
         {std::string_view(format.reasoning_begin), std::string_view(format.reasoning_end),
          kCallBegin, kCallEnd}) {
      format.marks.emplace_back(mark);
    }
  }
  return format;
}

}  // namespace pcai::backend::answer
