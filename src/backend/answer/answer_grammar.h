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

/// Compiles what a whole answer must match: reasoning where the model may reason, then text (that
/// matches `text`, if given) or tool calls as the options have it, with arguments that match their
/// schemas. `is_token` says which marks are single special tokens of the vocabulary. Nothing where
/// anything goes. Fails with InvalidRequest, with the field of what cannot be enforced.
Result<std::optional<grammar::GrammarMatcher>> compile_answer(
    grammar::GrammarCompiler& compiler, const AnswerFormat& format, const ToolOptions& tools,
    const std::optional<Grammar>& text, const std::function<bool(std::string_view)>& is_token);

}  // namespace pcai::backend::answer
