#include "backend/answer/grammar/answer_grammars.h"

#include <utility>

#include "backend/answer/grammar/answer_grammar.h"
#include "backend/answer/grammar/lead_grammar.h"

namespace pcai::backend::answer {

Result<std::optional<AnswerMatcher>> AnswerGrammars::matcher(const GenerateRequest& request,
                                                             const AnswerFormat& format) {
  const auto* const chat = std::get_if<ChatPrompt>(&request.prompt);
  const ToolOptions tools = chat != nullptr ? chat->tools : ToolOptions{};
  if (!request.params.grammar && !tools.enabled()) return std::nullopt;
  auto compiler = this->compiler();
  if (!compiler) return fail(std::move(compiler.error()));
  auto answer = compile_answer(**compiler, format, tools, request.params.grammar,
                               [this](std::string_view name) { return token_of(name); });
  if (!answer) return fail(std::move(answer.error()));
  if (!answer->matcher) return std::nullopt;
  return AnswerMatcher{std::move(*compiler), *std::move(answer->matcher),
                       std::move(answer->warnings)};
}

Result<AnswerMatcher> AnswerGrammars::lead(const AnswerFormat& format,
                                           const std::vector<std::string>& next) {
  auto compiler = this->compiler();
  if (!compiler) return fail(std::move(compiler.error()));
  const std::string lark =
      lead_grammar(format, next, [this](std::string_view name) { return token_of(name); });
  auto matcher = (*compiler)->compile({GrammarKind::Lark, lark});
  if (!matcher) return fail(std::move(matcher.error()));
  return AnswerMatcher{std::move(*compiler), std::move(*matcher)};
}

std::optional<std::int32_t> AnswerGrammars::token_of(std::string_view name) const {
  if (!tokenizer_.has_special(name)) return std::nullopt;
  const auto tokens = tokenizer_.tokenize(name, false, true);
  if (!tokens || tokens->empty()) return std::nullopt;
  return tokens->back();
}

Result<std::shared_ptr<grammar::GrammarCompiler>> AnswerGrammars::compiler() {
  const MutexLock lock(mutex_);
  if (!compiler_) {
    auto compiler = grammar::GrammarCompiler::create(tokenizer_.vocabulary(), open_objects_);
    if (!compiler) return fail(std::move(compiler.error()));
    compiler_ = std::move(*compiler);
  }
  return compiler_;
}

}  // namespace pcai::backend::answer
