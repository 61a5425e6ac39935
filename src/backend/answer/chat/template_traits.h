#pragma once

#include <string>
#include <string_view>

#include "backend/answer/answer_format.h"
#include "backend/answer/chat/chat_form.h"
#include "backend/answer/chat/open_turn.h"
#include "core/request.h"

namespace pcai::backend::answer {

/// What a chat template takes, and how it handles tools and reasoning.
struct TemplateTraits {
  bool knows_tools = false;          // it describes tools to the model, in whatever format
  bool writes_calls = false;         // it writes calls in the format of answer_format.h
  std::string reasoning_begin = {};  // such as "<think>"; "" = it has no reasoning
  std::string reasoning_end = {};
  ChatForm form = {};                   // what chats need for it, as far as probes tell
  bool harmony = false;                 // it writes gpt-oss' channels (harmony.h)
  const FamilyMarks* family = nullptr;  // whose marks we know; null = none
};

/// A chat with a function, a call of it and the result. read_probe() finds out from a template's
/// text of that chat how it handles tools, and sets `traits`.
ChatPrompt probe_of_tools();
void read_probe(TemplateTraits& traits, std::string_view text);

/// Looks for the usual marks of reasoning in a template's source and sets `traits`.
void find_reasoning_marks(TemplateTraits& traits, std::string_view source);

/// Lets the template write a few small chats and sets `traits.form` by what it refuses or leaves
/// out. Call it when all else is known.
void find_form(TemplateTraits& traits, const ApplyTemplate& apply);

/// True if tools must be described in our words (tool_prompt.h), as the template does not know
/// them or would make the model answer in another format than ours.
bool needs_our_words(const TemplateTraits& traits, const ChatPrompt& chat);

/// How to read the answer to a prompt that such a template made of the chat. `in_our_words`: the
/// prompt describes tools in them.
AnswerFormat format_of_answer(const TemplateTraits& traits, const ChatPrompt& chat,
                              std::string_view prompt, bool in_our_words = false);

}  // namespace pcai::backend::answer
