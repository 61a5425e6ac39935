#include "backend/answer/answer_grammars.h"

#include <utility>

#include "backend/answer/answer_grammar.h"

namespace pcai::backend::answer {

Result<std::optional<AnswerMatcher>> AnswerGrammars::matcher(const GenerateRequest& request,
                                                             const AnswerFormat& format) {
  const auto* const chat = std::get_if<ChatPrompt>(&request.prompt);
  const ToolOptions tools = chat != nullptr ? chat->tools : ToolOptions{};
  if (!request.params.grammar && !tools.enabled()) return std::nullopt;
  auto compiler = this->compiler();
  if (!compiler) return fail(std::move(compiler.error()));
  auto matcher =
      compile_answer(**compiler, format, tools, request.params.grammar,
                     [this](std::string_view name) { return tokenizer_.has_special(name); });
  if (!matcher) return fail(std::move(matcher.error()));
  if (!*matcher) return std::nullopt;
  return AnswerMatcher{std::move(*compiler), *std::move(*matcher)};
}

Result<std::shared_ptr<grammar::GrammarCompiler>> AnswerGrammars::compiler() {
  const MutexLock lock(mutex_);
  if (!compiler_) {
    auto compiler = grammar::GrammarCompiler::create(tokenizer_.vocabulary());
    if (!compiler) return fail(std::move(compiler.error()));
    compiler_ = std::move(*compiler);
  }
  return compiler_;
}

}  // namespace pcai::backend::answer
