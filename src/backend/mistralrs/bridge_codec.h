#pragma once

#include "backend/answer/prompt/prompt_codec.h"
#include "backend/mistralrs/chat_writer.h"

namespace pcai::backend::mistralrs {

/// The codec of a model that mistral.rs runs. Any thread may call any method; the tokenizer and the
/// writer must outlive it.
class BridgeCodec final : public answer::PromptCodec {
 public:
  BridgeCodec(const answer::PromptTokenizer& tokenizer, const ChatWriter& chats,
              std::uint32_t context_length)
      : answer::PromptCodec(tokenizer, context_length), chats_(chats) {}

 private:
  Result<std::string> write(const ChatPrompt& chat) override;

  /// Unsupported where there are images.
  Result<std::uint32_t> count(const ChatPrompt& chat) override;

  const ChatWriter& chats_;
};

}  // namespace pcai::backend::mistralrs
