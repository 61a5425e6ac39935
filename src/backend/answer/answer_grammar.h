#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "backend/answer/answer_format.h"
#include "core/grammar.h"
#include "core/result.h"
#include "core/tool.h"
#include "grammar/grammar_compiler.h"

namespace pcai::backend::answer {

/// Compiles the grammar that a whole answer must match: reasoning if the model may reason, then
/// text (which matches `text` if given) or tool calls as the options allow, with arguments that
/// match their schemas. `is_token` says which marks are single special tokens of the vocabulary.
/// Returns nothing if any answer is allowed. Fails with InvalidRequest; the error names the field
/// that cannot be enforced.
Result<std::optional<grammar::GrammarMatcher>> compile_answer(
    grammar::GrammarCompiler& compiler, const AnswerFormat& format, const ToolOptions& tools,
    const std::optional<Grammar>& text, const std::function<bool(std::string_view)>& is_token);

}  // namespace pcai::backend::answer
