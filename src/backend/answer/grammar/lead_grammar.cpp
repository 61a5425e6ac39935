#include "backend/answer/grammar/lead_grammar.h"

namespace pcai::backend::answer {

std::string lark_reasoning(const AnswerFormat& format, const TokenOf& token_of) {
  if (format.reasoning_begin.empty()) return "";
  if (format.begins_in_reasoning) return "thought ";
  return "(" + lark_mark(format.reasoning_begin, token_of) + " thought)? ";
}

std::string lark_thought(const AnswerFormat& format, const TokenOf& token_of) {
  if (format.reasoning_begin.empty()) return "";
  return "thought: thinking blanks?\nblanks: /[ \\n\\t]{1,8}/\n" +
         lark_until("thinking", format.reasoning_end, token_of);
}

std::string lead_grammar(const AnswerFormat& format, const std::vector<std::string>& next,
                         const TokenOf& token_of) {
  std::string lark = "start: " + lark_reasoning(format, token_of) + "(";
  for (const std::string& text : next) {
    if (&text != next.data()) lark += " | ";
    lark += lark_mark(text, token_of);
  }
  return lark + ")\n" + lark_thought(format, token_of);
}

}  // namespace pcai::backend::answer
