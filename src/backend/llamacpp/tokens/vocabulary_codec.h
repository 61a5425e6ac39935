#pragma once

#include "backend/answer/prompt/prompt_codec.h"
#include "backend/llamacpp/chat/chat_template.h"
#include "backend/llamacpp/chat/chat_tokenizer.h"

namespace pcai::backend::llamacpp {

/// The codec of a model that llama.cpp runs. Any thread may call any method; all that it is made
/// from must outlive it.
class VocabularyCodec final : public answer::PromptCodec {
 public:
  VocabularyCodec(const answer::PromptTokenizer& tokenizer, const ChatTemplate& chat_template,
                  const ChatTokenizer& chat_tokenizer, std::uint32_t context_length)
      : answer::PromptCodec(tokenizer, context_length),
        chat_template_(chat_template),
        chat_tokenizer_(chat_tokenizer) {}

 private:
  Result<std::string> write(const ChatPrompt& chat) override;
  Result<std::uint32_t> count(const ChatPrompt& chat) override;

  const ChatTemplate& chat_template_;
  const ChatTokenizer& chat_tokenizer_;
};

}  // namespace pcai::backend::llamacpp
