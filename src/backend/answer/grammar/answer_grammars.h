#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/answer_format.h"
#include "backend/answer/prompt/prompt_tokenizer.h"
#include "core/mutex.h"
#include "core/request.h"
#include "grammar/grammar_compiler.h"

namespace pcai::backend::answer {

/// What an answer matches, what must live as long, and what of the tools' schemas is left to the
/// client, for the event Warned.
struct AnswerMatcher {
  std::shared_ptr<grammar::GrammarCompiler> compiler;
  grammar::GrammarMatcher matcher;
  std::vector<std::string> warnings = {};
};

/// The matchers of a model's answers. The compiler, which takes a while to make, is made for the
/// first request that needs it. Any thread may call any method; the tokenizer must outlive it.
class AnswerGrammars {
 public:
  /// `open_objects`: ModelConfig's.
  AnswerGrammars(const PromptTokenizer& tokenizer, bool open_objects)
      : tokenizer_(tokenizer), open_objects_(open_objects) {}

  /// What the answer to a request must match, by its grammar and its tools. Nothing where anything
  /// goes. Fails as compile_answer does.
  Result<std::optional<AnswerMatcher>> matcher(const GenerateRequest& request,
                                               const AnswerFormat& format);

  /// What an answer must begin with: reasoning where the format has it, then one of the texts
  /// `next`. It is complete behind them.
  Result<AnswerMatcher> lead(const AnswerFormat& format, const std::vector<std::string>& next);

 private:
  std::optional<std::int32_t> token_of(std::string_view name) const;
  Result<std::shared_ptr<grammar::GrammarCompiler>> compiler();

  const PromptTokenizer& tokenizer_;
  const bool open_objects_;
  Mutex mutex_;
  std::shared_ptr<grammar::GrammarCompiler> compiler_ GUARDED_BY(mutex_);
};

}  // namespace pcai::backend::answer
