#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/tool.h"

namespace pcai::backend::answer {

/// A tool call as text: kCallBegin, then kCallHead + name + kCallMiddle + arguments + "}", a new
/// line and kCallEnd. Hermes, Qwen and many other models were trained on this format. Models whose
/// chat template knows no tools are asked to use it, too.
inline constexpr std::string_view kCallBegin = "<tool_call>";
inline constexpr std::string_view kCallHead = "\n{\"name\": \"";
inline constexpr std::string_view kCallMiddle = "\", \"arguments\": ";
inline constexpr std::string_view kCallEnd = "</tool_call>";

struct FamilyMarks;

/// Where reasoning and tool calls are in the text that a model writes.
struct AnswerFormat {
  std::string reasoning_begin = {};  // such as "<think>"; "" = do not look for reasoning
  std::string reasoning_end = {};
  bool begins_in_reasoning = false;     // the prompt ends with reasoning_begin, or amid reasoning
  bool goes_on = false;                 // the answer begins amid a text, so its blanks count
  bool has_calls = false;               // look for tool calls
  std::vector<std::string> marks = {};  // special tokens that count as text, by name

  /// gpt-oss' channels (harmony.h). Reasoning and calls are in channels then.
  bool harmony = false;
  bool calls_in_text = false;  // with harmony: look for kCallBegin in the text, too
  std::string begun = {};      // what the prompt already has of the answer's marks

  /// A family whose marks we know (marked/family_marks.h), and what may be called. null = none
  const FamilyMarks* family = nullptr;
  std::vector<ToolDefinition> tools = {};
  bool parallel = true;  // false: at most one call

  /// True if the model's text is the answer as it is.
  bool plain() const noexcept {
    return reasoning_begin.empty() && !has_calls && !harmony && family == nullptr;
  }
};

}  // namespace pcai::backend::answer
