#pragma once

#include "backend/mistralrs/chat_writer.h"
#include "backend/token_codec.h"

namespace pcai {

/// A model's tokenizer and chat template, for use without generating. Any thread may call any
/// method. `tokenizer` and `chats` must outlive it.
class BridgeCodec final : public TokenCodec {
 public:
  /// Text with far more bytes than `context_length` tokens can have is not tokenized.
  BridgeCodec(const BridgeTokenizer& tokenizer, const ChatWriter& chats,
              std::uint32_t context_length)
      : tokenizer_(tokenizer), chats_(chats), context_length_(context_length) {}

  Result<Tokens> tokenize(const TokenizeRequest& request, std::stop_token stop) override;
  Result<std::string> detokenize(const DetokenizeRequest& request, std::stop_token stop) override;
  Result<std::string> apply_template(const TemplateRequest& request, std::stop_token stop) override;
  Result<std::uint32_t> count_tokens(const CountRequest& request, std::stop_token stop) override;

 private:
  Status check_size(std::size_t bytes, const char* field) const;

  const BridgeTokenizer& tokenizer_;
  const ChatWriter& chats_;
  const std::uint32_t context_length_;
};

}  // namespace pcai
