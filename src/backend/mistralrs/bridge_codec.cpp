#include "backend/mistralrs/bridge_codec.h"

#include <utility>

namespace pcai::backend::mistralrs {

Result<std::string> BridgeCodec::write(const ChatPrompt& chat) {
  auto written = chats_.write(chat);
  if (!written) return fail(std::move(written.error()));
  return std::move(written->prompt);
}

Result<std::uint32_t> BridgeCodec::count(const ChatPrompt& chat) {
  for (const ChatMessage& message : chat.messages) {
    if (message.media.empty()) continue;
    return fail(
        ErrorCode::Unsupported,
        "messages: mistral.rs gives the number of an image's tokens only in an answer's usage",
        "messages");
  }
  const auto tokenized = chats_.tokenize(chat, context_length());
  if (!tokenized) return fail(tokenized.error());
  return static_cast<std::uint32_t>(tokenized->tokens.size());
}

}  // namespace pcai::backend::mistralrs
