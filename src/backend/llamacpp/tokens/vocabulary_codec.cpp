#include "backend/llamacpp/tokens/vocabulary_codec.h"

#include <utility>

namespace pcai::backend::llamacpp {
namespace {

/// Shows where media stand, in the words of llama-server.
ChatPrompt with_marks(ChatPrompt chat) {
  for (ChatMessage& message : chat.messages) {
    for (auto media = message.media.rbegin(); media != message.media.rend(); ++media) {
      message.content->insert(media->position, "<__media__>");
    }
    message.media.clear();
  }
  return chat;
}

}  // namespace

Result<std::string> VocabularyCodec::write(const ChatPrompt& chat) {
  auto rendered = chat_template_.render(with_marks(chat));
  if (!rendered) return fail(std::move(rendered.error()));
  return std::move(rendered->prompt);
}

Result<std::uint32_t> VocabularyCodec::count(const ChatPrompt& chat) {
  const auto tokenized = chat_tokenizer_.tokenize(chat, false, context_length(), true);
  if (!tokenized) return fail(tokenized.error());
  return static_cast<std::uint32_t>(tokenized->tokens.size());
}

}  // namespace pcai::backend::llamacpp
