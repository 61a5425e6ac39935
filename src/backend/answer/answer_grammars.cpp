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
  auto answer =
      compile_answer(**compiler, format, tools, request.params.grammar,
                     [this](std::string_view name) { return tokenizer_.has_special(name); });
  if (!answer) return fail(std::move(answer.error()));
  if (!answer->matcher) return std::nullopt;
  return AnswerMatcher{std::move(*compiler), *std::move(answer->matcher),
                       std::move(answer->warnings)};
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
