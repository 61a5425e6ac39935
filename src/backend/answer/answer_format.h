#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pcai::backend::answer {

/// A tool call as text: kCallBegin, the call as kCallHead + name + kCallMiddle + arguments + "}",
/// a new line, kCallEnd. It is what Hermes, Qwen and many others were trained on, and what we ask
/// of models whose chat template knows no tools.
inline constexpr std::string_view kCallBegin = "<tool_call>";
inline constexpr std::string_view kCallHead = "\n{\"name\": \"";
inline constexpr std::string_view kCallMiddle = "\", \"arguments\": ";
inline constexpr std::string_view kCallEnd = "</tool_call>";

/// Where reasoning and tool calls are in the text that a model writes.
struct AnswerFormat {
  std::string reasoning_begin = {};  // such as "<think>"; "" = no reasoning is looked for
  std::string reasoning_end = {};
  bool begins_in_reasoning = false;     // the prompt ends with reasoning_begin
  bool has_calls = false;               // tool calls are looked for
  std::vector<std::string> marks = {};  // special tokens that count as text, by name

  /// True where the text is the answer as it stands.
  bool plain() const noexcept { return reasoning_begin.empty() && !has_calls; }
};

}  // namespace pcai::backend::answer
