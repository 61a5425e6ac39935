#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/answer_format.h"
#include "backend/answer/grammar/lark_text.h"
#include "core/grammar.h"
#include "core/result.h"
#include "core/tool.h"
#include "grammar/grammar_compiler.h"

namespace pcai::backend::answer {

/// What a whole answer must match, and what of its tools' schemas is left to the client.
struct AnswerGrammar {
  std::optional<grammar::GrammarMatcher> matcher = {};  // absent = any answer is allowed
  std::vector<std::string> warnings = {};               // each begins with its path in the core
};

/// Compiles the grammar that a whole answer must match: reasoning if the model may reason, then
/// text (which matches `text` if given) or tool calls as the options allow, with arguments that
/// match their schemas, as far as these can be enforced. `token_of` says which marks are special
/// tokens of the vocabulary. Fails with InvalidRequest; the error names what of `text` cannot be
/// enforced.
Result<AnswerGrammar> compile_answer(grammar::GrammarCompiler& compiler, const AnswerFormat& format,
                                     const ToolOptions& tools, const std::optional<Grammar>& text,
                                     const TokenOf& token_of);

}  // namespace pcai::backend::answer
