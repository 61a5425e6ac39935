#include "backend/answer/chat/template_traits.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "backend/answer/chat/prompt_proof.h"
#include "backend/answer/harmony.h"
#include "backend/answer/marked/family_marks.h"
#include "backend/answer/marked/mark_match.h"

namespace pcai::backend::answer {
namespace {

constexpr const char* kProbe = "probe";
constexpr const char* kProbeDescription = "A probe";
constexpr const char* kShortId = "call00001";  // some templates refuse ids of other lengths

ChatMessage system(const char* text) {
  return {.role = Role::System, .content = text};
}

ChatMessage user(const char* text) {
  return {.role = Role::User, .content = text};
}

ChatMessage assistant(const char* text, std::vector<ToolCall> calls = {}) {
  return {.role = Role::Assistant, .content = text, .tool_calls = std::move(calls)};
}

ToolCall call(const char* id, const char* argument) {
  return {id, kProbe, std::string(R"({"a":")") + argument + "\"}"};
}

ChatMessage result(const char* id, const char* text) {
  return {.role = Role::Tool, .content = text, .tool_call_id = id, .name = kProbe};
}

ChatPrompt with_tool(std::vector<ChatMessage> messages) {
  return {.messages = std::move(messages),
          .tools = {.definitions = {{kProbe, kProbeDescription, R"({"type":"object"})"}}}};
}

bool ends_with_mark(std::string_view text, std::string_view mark) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return !mark.empty() && text.ends_with(mark);
}

/// Tries rewritings on a template.
class FormFinder {
 public:
  FormFinder(TemplateTraits& traits, const ApplyTemplate& apply) : traits_(traits), apply_(apply) {}

  /// Keeps a rewriting if one of the chats needs it.
  void try_out(bool ChatForm::*rewriting, const std::vector<ChatPrompt>& chats) {
    bool& on = traits_.form.*rewriting;
    for (const ChatPrompt& chat : chats) {
      if (on || takes(chat)) continue;
      on = true;
      on = takes(chat);
    }
  }

 private:
  bool takes(const ChatPrompt& chat) const {
    const auto prompt = apply_(in_form(chat, traits_.form), true);
    return prompt && !find_lost(chat, *prompt, traits_.reasoning_end);
  }

  TemplateTraits& traits_;
  const ApplyTemplate& apply_;
};

/// The format where the answer goes on from text or reasoning that is in the prompt.
void go_on(AnswerFormat& format, const ChatMessage& last) {
  format.goes_on = true;
  const std::string text = last.content.value_or("");
  const auto last_of = [&text](const std::string& mark) {
    const std::size_t at = mark.empty() ? std::string::npos : text.rfind(mark);
    return at == std::string::npos ? 0 : at + 1;
  };
  format.begins_in_reasoning =
      !format.reasoning_begin.empty() &&
      (text.empty() || last_of(format.reasoning_begin) > last_of(format.reasoning_end));
  if (format.begins_in_reasoning) return;
  format.reasoning_begin.clear();
  format.reasoning_end.clear();
}

/// The special tokens that may be in a mark.
void add_names(std::vector<std::string>& names, std::string_view mark) {
  for (const std::string& word : words_of(mark)) {
    names.push_back(word);
    for (std::size_t begin = word.find('<'); begin != std::string::npos;) {
      const std::size_t end = word.find('>', begin);
      if (end == std::string::npos) break;
      names.push_back(word.substr(begin, end + 1 - begin));
      begin = word.find('<', end);
    }
  }
}

void set_family(AnswerFormat& format, const FamilyMarks& family, const ToolOptions& tools,
                std::string_view prompt) {
  format.family = &family;
  format.tools = tools.definitions;
  format.parallel = tools.parallel;
  if (!family.text_name.empty() && prompt.ends_with(family.call_begin)) {
    format.begun = family.call_begin;
  } else if (ends_with_mark(prompt, family.text_begin)) {
    format.begun = family.text_begin;
  }
  for (const std::string_view mark :
       {family.reasoning_begin, family.reasoning_end, family.turn, family.text_begin,
        family.text_end, family.calls_begin, family.call_begin, family.name_end, family.key_begin,
        family.key_end, family.value_end, family.call_end, family.between, family.calls_end,
        family.arguments == ArgumentSyntax::Gemma ? kGemmaQuote : std::string_view()}) {
    add_names(format.marks, mark);
  }
}

}  // namespace

ChatPrompt probe_of_tools() {
  return with_tool({user("go"),
                    assistant("", {{kShortId, kProbe, R"({"a":1})"}}),
                    {.role = Role::Tool, .content = "done", .tool_call_id = kShortId}});
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
  traits.family = find_family(source);
  if (traits.family != nullptr) {
    traits.reasoning_begin = traits.family->reasoning_begin;
    traits.reasoning_end = traits.family->reasoning_end;
    return;
  }
  if (source.find(kBegin) == std::string_view::npos || source.find(kEnd) == std::string_view::npos)
    return;
  traits.reasoning_begin = kBegin;
  traits.reasoning_end = kEnd;
}

void find_form(TemplateTraits& traits, const ApplyTemplate& apply) {
  FormFinder finder(traits, apply);
  finder.try_out(&ChatForm::no_system, {{{system("amber"), user("basil")}}});
  finder.try_out(
      &ChatForm::one_system,
      {{{system("amber"), system("cedar"), user("basil")}},
       {{system("amber"), user("basil"), assistant("dune"), system("cedar"), user("ember")}}});
  finder.try_out(&ChatForm::in_turns,
                 {{{user("basil"), user("ember")}},
                  {{user("basil"), assistant("dune"), assistant("fjord"), user("ember")}},
                  {{assistant("dune"), user("basil")}}});
  if (!traits.knows_tools) return;
  constexpr const char* kLongId = "call_0123456789abcdef";
  const auto loop = [](const char* id) -> std::vector<ChatMessage> {
    return {user("basil"), assistant("", {call(id, "grape")}), result(id, "hazel")};
  };
  finder.try_out(&ChatForm::short_ids, {with_tool(loop(kLongId))});
  std::vector<ChatMessage> with_user = loop(kShortId);
  with_user.push_back(user("ember"));
  finder.try_out(&ChatForm::in_turns, {with_tool(std::move(with_user))});
  constexpr const char* kSecondId = "call00002";
  finder.try_out(
      &ChatForm::single_calls,
      {with_tool({user("basil"), assistant("", {call(kShortId, "grape"), call(kSecondId, "iris")}),
                  result(kShortId, "hazel"), result(kSecondId, "juniper")}),
       with_tool({user("basil"), assistant("dune", {call(kShortId, "grape")}),
                  result(kShortId, "hazel")})});
}

bool needs_our_words(const TemplateTraits& traits, const ChatPrompt& chat) {
  const bool ours = traits.harmony || traits.family != nullptr;  // to read
  if (traits.writes_calls || (ours && traits.knows_tools)) return false;
  // A native template writes calls of the past itself where it need not describe tools.
  return mentions_tools(chat) && (chat.tools.enabled() || !traits.knows_tools);
}

AnswerFormat format_of_answer(const TemplateTraits& traits, const ChatPrompt& chat,
                              std::string_view prompt, bool in_our_words) {
  AnswerFormat format{.reasoning_begin = traits.reasoning_begin,
                      .reasoning_end = traits.reasoning_end,
                      .begins_in_reasoning = ends_with_mark(prompt, traits.reasoning_begin),
                      .has_calls = chat.tools.enabled()};
  if (has_open_turn(chat)) go_on(format, chat.messages.back());
  if (traits.harmony) {
    format.harmony = true;
    format.calls_in_text = chat.tools.enabled() && !traits.knows_tools;
    format.begun = harmony::begun_in(prompt);
    if (const std::size_t text = format.begun.find(harmony::kMessage);
        format.goes_on && text != std::string::npos) {
      format.begun.resize(text + harmony::kMessage.size());  // the caller has its words already
    }
    format.marks.assign(harmony::kMarks.begin(), harmony::kMarks.end());
  }
  if (traits.family != nullptr && !(format.has_calls && (in_our_words || !traits.knows_tools))) {
    set_family(format, *traits.family, chat.tools, prompt);
    return format;
  }
  if (!format.plain() && (!format.harmony || format.calls_in_text)) {
    for (const std::string_view mark :
         {std::string_view(traits.reasoning_begin), std::string_view(traits.reasoning_end),
          kCallBegin, kCallEnd}) {
      format.marks.emplace_back(mark);
    }
  }
  return format;
}

}  // namespace pcai::backend::answer
