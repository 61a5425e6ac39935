#include "http/media_links.h"

#include "openai/media_part.h"

namespace pcai {

Task<Status> fetch_media(Exchange&, GenerateRequest& request) {
  const auto* chat = std::get_if<ChatPrompt>(&request.prompt);
  if (chat == nullptr) co_return Status();
  for (const ChatMessage& message : chat->messages) {
    for (const Media& media : message.media) {
      if (!is_link(media)) continue;
      co_return pcai::fail(
          ErrorCode::InvalidRequest,
          "messages: " + *media.bytes + " is not fetched by this server; send a data URL",
          "messages");
    }
  }
  co_return Status();
}

}  // namespace pcai
