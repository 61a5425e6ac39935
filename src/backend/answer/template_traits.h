#pragma once

#include <string>
#include <string_view>

#include "backend/answer/answer_format.h"
#include "core/request.h"

namespace pcai::backend::answer {

/// How a chat template handles tools and reasoning.
struct TemplateTraits {
  bool knows_tools = false;          // it describes tools to the model, in whatever format
  bool writes_calls = false;         // it writes calls in the format of answer_format.h
  std::string reasoning_begin = {};  // such as "<think>"; "" = it has no reasoning
  std::string reasoning_end = {};
  bool harmony = false;  // it writes gpt-oss' channels (harmony.h)
};

/// A chat with a function, a call of it and the result. read_probe() finds out from a template's
/// text of that chat how it handles tools, and sets `traits`.
ChatPrompt probe_of_tools();
void read_probe(TemplateTraits& traits, std::string_view text);

/// Looks for the usual marks of reasoning in a template's source and sets `traits`.
void find_reasoning_marks(TemplateTraits& traits, std::string_view source);

/// The chat to pass to such a template. If the template writes calls in our format the tools stay;
/// otherwise the messages describe them (tool_prompt.h).
ChatPrompt for_template(const TemplateTraits& traits, ChatPrompt chat);

/// How to read the answer to a prompt that such a template made.
AnswerFormat format_of_answer(const TemplateTraits& traits, const ToolOptions& tools,
                              std::string_view prompt);

}  // namespace pcai::backend::answer
