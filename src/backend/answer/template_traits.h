#pragma once

#include <string>
#include <string_view>

#include "backend/answer/answer_format.h"
#include "core/request.h"

namespace pcai::backend::answer {

/// What a chat template makes of tools and reasoning.
struct TemplateTraits {
  bool knows_tools = false;          // it describes them, in whatever format
  bool writes_calls = false;         // in the format of answer_format.h
  std::string reasoning_begin = {};  // such as "<think>"; "" = it knows none
  std::string reasoning_end = {};
};

/// A chat with a function, a call and its result, and what a template's text of it tells.
ChatPrompt probe_of_tools();
void read_probe(TemplateTraits& traits, std::string_view text);

/// Looks for the usual marks of reasoning in a template's source.
void find_reasoning_marks(TemplateTraits& traits, std::string_view source);

/// The chat as such a template is to see it: with tools only where it writes calls in our format,
/// else they are described in our words (tool_prompt.h).
ChatPrompt for_template(const TemplateTraits& traits, ChatPrompt chat);

/// How the answer to such a prompt is to be read.
AnswerFormat format_of_answer(const TemplateTraits& traits, const ToolOptions& tools,
                              std::string_view prompt);

}  // namespace pcai::backend::answer
