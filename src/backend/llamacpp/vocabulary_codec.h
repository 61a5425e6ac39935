#pragma once

#include "backend/llamacpp/chat_template.h"
#include "backend/llamacpp/chat_tokenizer.h"
#include "backend/llamacpp/tokenizer.h"
#include "backend/token_codec.h"

namespace pcai {

/// A model's tokenizer and chat template, for use without generating. Any thread may call any
/// method. All three arguments must outlive it.
class VocabularyCodec final : public TokenCodec {
 public:
  VocabularyCodec(const Tokenizer& tokenizer, const ChatTemplate& chat_template,
                  const ChatTokenizer& chat_tokenizer)
      : tokenizer_(tokenizer), chat_template_(chat_template), chat_tokenizer_(chat_tokenizer) {}

  /// Call it before the first of the other methods. Text with far more bytes than `tokens` tokens
  /// can have is not tokenized.
  void set_context_length(std::uint32_t tokens) noexcept { context_length_ = tokens; }

  Result<Tokens> tokenize(const TokenizeRequest& request, std::stop_token stop) override;
  Result<std::string> detokenize(const DetokenizeRequest& request, std::stop_token stop) override;
  Result<std::string> apply_template(const TemplateRequest& request, std::stop_token stop) override;
  Result<std::uint32_t> count_tokens(const CountRequest& request, std::stop_token stop) override;

 private:
  Status check_size(std::size_t bytes, const char* field) const;

  const Tokenizer& tokenizer_;
  const ChatTemplate& chat_template_;
  const ChatTokenizer& chat_tokenizer_;
  std::uint32_t context_length_ = 0;
};

}  // namespace pcai
