#include "backend/answer/marked/family_marks.h"

#include <algorithm>

namespace pcai::backend::answer {
namespace {

constexpr std::array kFamilies = {
    // Functionary 3.2: each message begins with its recipient.
    FamilyMarks{.in_template = {">>>all", ">>>${recipient}"},
                .text_name = "all",
                .call_begin = ">>>",
                .name_end = "\n"},
    FamilyMarks{.in_template = {"<|tools_prefix|>", "<|inner_prefix|>"},  // Apertus
                .reasoning_begin = "<|inner_prefix|>",
                .reasoning_end = "<|inner_suffix|>",
                .calls_begin = "<|tools_prefix|>~[",
                .call_begin = "~{~\"",
                .name_end = "\"~:~",
                .call_end = "~}",
                .between = "~,",
                .calls_end = "~]~<|tools_suffix|>"},
    FamilyMarks{.in_template = {"\"tool_name\": title of the tool", "<results>"},  // Command R+
                .calls_begin = "Action:~```json~[",
                .call_begin = "~{~\"tool_name\":~\"",
                .name_end = "\",~\"parameters\":~",
                .call_end = "~}",
                .between = "~,",
                .calls_end = "~]~```"},
    FamilyMarks{.in_template = {"<|tool_call:begin|>", "<|tool_call:args|>"},  // Solar Open
                .reasoning_begin = "<|think|>",
                .reasoning_end = "<|end|>",
                .turn = "<|begin|>assistant",
                .text_begin = "<|content|>",
                .text_end = "<|end|>",
                .calls_begin = "<|tool_calls|>",
                .call_begin = "<|tool_call:begin|>#<|tool_call:name|>",
                .name_end = "<|tool_call:args|>",
                .call_end = "<|tool_call:end|>",
                .calls_end = "<|calls|>"},
    FamilyMarks{.in_template = {"<tool_calls>\\n{\"name\": <tool-name>",
                                "<begin_of_document>"},  // MiniMax M1
                .calls_begin = "<tool_calls>",
                .call_begin = "~{~\"name\":~\"",
                .name_end = "\",~\"arguments\":~",
                .call_end = "~}",
                .calls_end = "~</tool_calls>"},
    FamilyMarks{.in_template = {"<minimax:tool_call>", "<invoke name=\""},  // MiniMax M2
                .reasoning_begin = "<think>",
                .reasoning_end = "</think>",
                .calls_begin = "<minimax:tool_call>",
                .call_begin = "~<invoke name=\"",
                .name_end = "\">",
                .arguments = ArgumentSyntax::Tags,
                .key_begin = "~<parameter name=\"",
                .key_end = "\">",
                .value_end = "</parameter>",
                .call_end = "~</invoke>",
                .calls_end = "~</minimax:tool_call>"},
    FamilyMarks{.in_template = {"':opensource'", "<arg_key{}>"},  // Hunyuan 3
                .reasoning_begin = "<think:opensource>",
                .reasoning_end = "</think:opensource>",
                .calls_begin = "<tool_calls:opensource>",
                .call_begin = "~<tool_call:opensource>",
                .name_end = "<tool_sep:opensource>",
                .arguments = ArgumentSyntax::Tags,
                .key_begin = "~<arg_key:opensource>",
                .key_end = "</arg_key:opensource>~<arg_value:opensource>",
                .value_end = "</arg_value:opensource>",
                .call_end = "~</tool_call:opensource>",
                .calls_end = "~</tool_calls:opensource>"},
    FamilyMarks{.in_template = {"<function name=\"", "<param name=\""},  // MiniCPM 5
                .reasoning_begin = "<think>",
                .reasoning_end = "</think>",
                .call_begin = "<function name=\"",
                .name_end = "\">",
                .arguments = ArgumentSyntax::Tags,
                .key_begin = "~<param name=\"",
                .key_end = "\">",
                .value_end = "</param>",
                .call_end = "~</function>",
                .between = "~"},
    FamilyMarks{.in_template = {"open_tag('argument'", "open_tag('tools')"},  // Kimi K3
                .reasoning_begin = "<|open|>think<|sep|>",
                .reasoning_end = "<|close|>think<|sep|>",
                .text_begin = "<|open|>response<|sep|>",
                .text_end = "<|close|>response<|sep|>",
                .calls_begin = "<|open|>tools<|sep|>",
                .call_begin = "<|open|>call tool=\"",
                .name_end = "\" index=\"#\"<|sep|>",
                .arguments = ArgumentSyntax::Tags,
                .key_begin = "<|open|>argument key=\"",
                .key_end = "\" type=\"#\"<|sep|>",
                .value_end = "<|close|>argument<|sep|>",
                .call_end = "<|close|>call<|sep|>",
                .calls_end = "<|close|>tools<|sep|>"},
    FamilyMarks{.in_template = {"<|tool_call>call:", "<|channel>thought"},  // Gemma 4
                .reasoning_begin = "<|channel>thought",
                .reasoning_end = "<channel|>",
                .call_begin = "<|tool_call>call:",
                .arguments = ArgumentSyntax::Gemma,
                .call_end = "<tool_call|>"},
};

}  // namespace

const FamilyMarks* find_family(std::string_view template_source) {
  const auto* const found =
      std::find_if(kFamilies.begin(), kFamilies.end(), [&](const FamilyMarks& family) {
        return std::all_of(family.in_template.begin(), family.in_template.end(),
                           [&](std::string_view text) {
                             return template_source.find(text) != std::string_view::npos;
                           });
      });
  return found == kFamilies.end() ? nullptr : found;
}

}  // namespace pcai::backend::answer
