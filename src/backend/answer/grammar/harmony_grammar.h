#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/grammar/lark_text.h"

namespace pcai::backend::answer {

/// What an answer of gpt-oss may be.
struct HarmonyAnswer {
  std::string_view begun;                // what the prompt has of it
  bool has_text = false;                 // the final channel's text must match @answer
  bool required = false;                 // it must be a call
  std::vector<std::string> functions{};  // whose arguments match @arguments0, @arguments1, …
};

/// The Lark grammar of such an answer (harmony.h): any reasoning, then a call or the final text.
/// Grammars apply to the arguments and the final text alone.
std::string harmony_grammar(const HarmonyAnswer& answer, const TokenOf& token_of);

}  // namespace pcai::backend::answer
