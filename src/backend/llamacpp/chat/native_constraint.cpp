#include "backend/llamacpp/chat/native_constraint.h"

#include <chat.h>

#include <cmath>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "backend/llamacpp/load/model_file.h"

namespace pcai::backend::llamacpp {
namespace {

class NativeConstraint final : public TokenConstraint {
 public:
  explicit NativeConstraint(LlamaSamplerPtr grammar) : grammar_(std::move(grammar)) {}

  bool allows(std::int32_t token) override {
    if (error_) return false;
    llama_token_data candidate{token, 0, 0};
    llama_token_data_array array{&candidate, 1, -1, false};
    llama_sampler_apply(grammar_.get(), &array);
    return !std::isinf(candidate.logit);
  }

  void restrict(std::vector<llama_token_data>& candidates) override {
    if (error_) return candidates.clear();
    llama_token_data_array array{candidates.data(), candidates.size(), -1, false};
    llama_sampler_apply(grammar_.get(), &array);
    std::erase_if(candidates,
                  [](const llama_token_data& candidate) { return std::isinf(candidate.logit); });
  }

  void accept(std::int32_t token) override {
    try {
      llama_sampler_accept(grammar_.get(), token);
    } catch (const std::exception& exception) {
      error_ = Error{ErrorCode::Internal,
                     std::string("the grammar fails at this place: ") + exception.what()};
    }
  }

  std::vector<std::int32_t> forced() override { return {}; }
  bool complete() override { return false; }
  std::optional<Error> error() const override { return error_; }

 private:
  LlamaSamplerPtr grammar_;
  std::optional<Error> error_;
};

/// A pattern that is the word itself.
std::string literally(const std::string& word) {
  std::string pattern;
  for (const char c : word) {
    if (std::string_view(".^$|()[]{}*+?\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

LlamaSamplerPtr create_grammar(const NativeFormat& format, const llama_vocab& vocabulary) {
  if (!format.lazy) {
    return LlamaSamplerPtr(llama_sampler_init_grammar(&vocabulary, format.grammar.c_str(), "root"));
  }
  // llama.cpp looks for them with std::regex, for which plain words are harmless.
  std::vector<std::string> patterns;
  std::vector<const char*> pointers;
  for (const std::string& word : format.triggers) patterns.push_back(literally(word));
  patterns.insert(patterns.end(), format.patterns.begin(), format.patterns.end());
  for (const std::string& pattern : patterns) pointers.push_back(pattern.c_str());
  return LlamaSamplerPtr(llama_sampler_init_grammar_lazy_patterns(
      &vocabulary, format.grammar.c_str(), "root", pointers.data(), pointers.size(), nullptr, 0));
}

/// What the prompt already has of the answer.
void skip(llama_sampler& grammar, const std::string& text, const llama_vocab& vocabulary) {
  for (const llama_token token : common_tokenize(&vocabulary, text, false, true)) {
    llama_sampler_accept(&grammar, token);
  }
}

}  // namespace

Result<std::unique_ptr<TokenConstraint>> constrain_natively(const NativeFormat& format,
                                                            const llama_vocab& vocabulary) {
  if (format.grammar.empty()) return nullptr;
  const auto refuse = [](const std::string& why) {
    return fail(ErrorCode::InvalidRequest, "tools: they cannot be turned into a grammar: " + why,
                "tools");
  };
  try {
    LlamaSamplerPtr grammar = create_grammar(format, vocabulary);
    if (!grammar) return refuse("llama.cpp refuses it");
    if (!format.lazy) skip(*grammar, format.generation_prompt, vocabulary);
    return std::make_unique<NativeConstraint>(std::move(grammar));
  } catch (const std::exception& exception) {
    return refuse(exception.what());
  }
}

}  // namespace pcai::backend::llamacpp
