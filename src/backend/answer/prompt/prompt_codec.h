#pragma once

#include <cstdint>

#include "backend/answer/prompt/prompt_tokenizer.h"
#include "backend/token_codec.h"

namespace pcai::backend::answer {

/// A codec over a model's tokenizer; a backend adds how it writes chats. Any thread may call any
/// method; the tokenizer must outlive it.
class PromptCodec : public TokenCodec {
 public:
  /// Far more bytes than that many tokens can have are not tokenized.
  PromptCodec(const PromptTokenizer& tokenizer, std::uint32_t context_length)
      : tokenizer_(tokenizer), context_length_(context_length) {}

  Result<Tokens> tokenize(const TokenizeRequest& request, std::stop_token stop) final;
  Result<std::string> detokenize(const DetokenizeRequest& request, std::stop_token stop) final;
  Result<std::string> apply_template(const TemplateRequest& request, std::stop_token stop) final;
  Result<std::uint32_t> count_tokens(const CountRequest& request, std::stop_token stop) final;

 protected:
  std::uint32_t context_length() const noexcept { return context_length_; }

 private:
  /// The prompt that a chat becomes, and its tokens; the chat has passed check_request.
  virtual Result<std::string> write(const ChatPrompt& chat) = 0;
  virtual Result<std::uint32_t> count(const ChatPrompt& chat) = 0;

  const PromptTokenizer& tokenizer_;
  const std::uint32_t context_length_;
};

}  // namespace pcai::backend::answer
