#include "backend/llamacpp/chat/native_answer.h"

#include <chat.h>

#include <cmath>
#include <exception>
#include <string>
#include <utility>

#include "backend/answer/call_id.h"
#include "backend/llamacpp/load/model_file.h"

namespace pcai::backend::llamacpp {
namespace {

/// Parses the whole text anew for each piece, as the parser has no other way, and tells what is
/// new.
class NativeAnswer final : public answer::AnswerReader {
 public:
  explicit NativeAnswer(const NativeFormat& format)
      : parallel_(format.parallel), text_(format.begun) {
    params_.format = static_cast<common_chat_format>(format.kind);
    params_.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
    params_.generation_prompt = format.generation_prompt;
    if (!format.parser.empty()) params_.parser.load(format.parser);
    if (format.goes_on) parse(true);  // its events are of words that the caller has
  }

  std::vector<GenerateEvent> add(std::string_view text) override {
    text_ += text;
    return text.empty() ? std::vector<GenerateEvent>{} : parse(true);
  }

  std::vector<GenerateEvent> finish() override {
    // A text that was cut does not parse as a whole; then what is known of it stays.
    return parse(false);
  }

  bool called() const noexcept override { return complete_; }
  bool done() const noexcept override { return done_; }
  bool reasons() const noexcept override { return reasons_; }

 private:
  std::vector<GenerateEvent> parse(bool partial) {
    std::vector<GenerateEvent> events;
    if (done_) return events;
    try {
      common_chat_msg message = common_chat_parse(text_, partial, params_);
      const auto differences = common_chat_msg_diff::compute_diffs(message_, message);
      for (const common_chat_msg_diff& difference : differences) tell(difference, events);
      complete_ = done_ || (!partial && !message.tool_calls.empty());
      message_ = std::move(message);
    } catch (const std::exception&) {
      // Not yet to be told from something else, or cut.
    }
    return events;
  }

  void tell(const common_chat_msg_diff& difference, std::vector<GenerateEvent>& events) {
    reasons_ = !difference.reasoning_content_delta.empty();
    if (reasons_) events.push_back(ReasoningDelta{difference.reasoning_content_delta});
    if (!difference.content_delta.empty()) events.push_back(TextDelta{difference.content_delta});
    if (difference.tool_call_index == std::string::npos) return;
    if (difference.tool_call_index > 0 && !parallel_) done_ = true;  // some grammars allow it
    if (done_) return;
    const common_chat_tool_call& call = difference.tool_call_delta;
    const auto index = static_cast<std::uint32_t>(difference.tool_call_index);
    const bool first = index >= calls_;
    if (first) calls_ = index + 1;
    events.push_back(
        ToolCallDelta{index, first ? answer::random_call_id() : "", call.name, call.arguments});
  }

  bool parallel_;
  common_chat_parser_params params_;
  std::string text_;
  common_chat_msg message_;  // as far as it was told
  std::uint32_t calls_ = 0;
  bool complete_ = false;
  bool done_ = false;
  bool reasons_ = false;
};

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

std::unique_ptr<answer::AnswerReader> read_natively(const NativeFormat& format) {
  return std::make_unique<NativeAnswer>(format);
}

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
    skip(*grammar, format.lazy ? format.begun : format.generation_prompt + format.begun,
         vocabulary);
    return std::make_unique<NativeConstraint>(std::move(grammar));
  } catch (const std::exception& exception) {
    return refuse(exception.what());
  }
}

}  // namespace pcai::backend::llamacpp
