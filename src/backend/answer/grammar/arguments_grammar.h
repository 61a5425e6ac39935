#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backend/answer/grammar/lark_text.h"
#include "backend/answer/marked/family_marks.h"

namespace pcai::backend::answer {

/// A mark of a family (family_marks.h) in Lark. It refers to the rules of lark_mark_rules().
std::string lark_family_mark(std::string_view mark, const TokenOf& token_of);
std::string lark_mark_rules();

/// Arguments that match a schema, as a family writes them.
struct ArgumentsGrammar {
  std::string rules;  // Lark; the first one has the name that was asked for
  nlohmann::ordered_json grammars = nlohmann::ordered_json::array();  // that the rules refer to
};

/// Writes a function's arguments, in the order of the schema's members (Gemma: of their names),
/// with all that are required. `schema` is prepared for the compiler. Strings of tags may be any
/// text, but for those of an enum.
ArgumentsGrammar arguments_grammar(const FamilyMarks& family, const std::string& name,
                                   const nlohmann::ordered_json& schema, const TokenOf& token_of);

}  // namespace pcai::backend::answer
