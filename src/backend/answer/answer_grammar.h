#pragma once

#include <optional>
#include <string>

#include "backend/answer/answer_format.h"
#include "backend/answer/lark_text.h"
#include "core/grammar.h"
#include "core/result.h"
#include "core/tool.h"
#include "grammar/grammar_compiler.h"

namespace pcai::backend::answer {

/// Compiles the grammar that a whole answer must match: reasoning if the model may reason, then
/// text (which matches `text` if given) or tool calls as the options allow, with arguments that
/// match their schemas. `token_of` says which marks are special tokens of the vocabulary.
/// Returns nothing if any answer is allowed. Fails with InvalidRequest; the error names the field
/// that cannot be enforced.
Result<std::optional<grammar::GrammarMatcher>> compile_answer(grammar::GrammarCompiler& compiler,
                                                              const AnswerFormat& format,
                                                              const ToolOptions& tools,
                                                              const std::optional<Grammar>& text,
                                                              const TokenOf& token_of);

}  // namespace pcai::backend::answer
