#pragma once

#include <string>
#include <vector>

#include "backend/answer/answer_format.h"
#include "backend/answer/grammar/lark_text.h"

namespace pcai::backend::answer {

/// What an answer of a family with marks of its own may be.
struct MarkedAnswer {
  const AnswerFormat& format;            // its `family` is set
  bool has_text = false;                 // the text must match @answer
  bool required = false;                 // it must be a call
  std::vector<std::string> functions{};  // whose arguments match the rules `arguments`
  std::vector<std::string> arguments{};
};

/// The Lark grammar of such an answer: any reasoning, then text or calls. It lacks the rules that
/// `arguments` names.
std::string marked_grammar(const MarkedAnswer& answer, const TokenOf& token_of);

}  // namespace pcai::backend::answer
