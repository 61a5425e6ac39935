#pragma once

#include <string>
#include <vector>

#include "backend/answer/answer_format.h"
#include "backend/answer/grammar/lark_text.h"

namespace pcai::backend::answer {

/// The reasoning at an answer's beginning, in Lark, as a part of a rule: it refers to the rules of
/// lark_thought(). "" if the format has none.
std::string lark_reasoning(const AnswerFormat& format, const TokenOf& token_of);
std::string lark_thought(const AnswerFormat& format, const TokenOf& token_of);

/// A Lark grammar of that reasoning and one of the texts `next` behind it.
std::string lead_grammar(const AnswerFormat& format, const std::vector<std::string>& next,
                         const TokenOf& token_of);

}  // namespace pcai::backend::answer
