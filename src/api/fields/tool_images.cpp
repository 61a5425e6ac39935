#include "api/fields/tool_images.h"

#include <utility>

#include "api/fields/media_part.h"

namespace pcai::api {

void ToolImages::add(Media media, std::string path, std::optional<std::string>& text) {
  append_text(text, {}, std::string("[") + to_string(media.kind) + "]");
  media_.push_back(std::move(media));
  paths_.push_back(std::move(path));
}

void ToolImages::show(std::vector<ChatMessage>& messages, Places& places) {
  if (media_.empty()) return;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    places.add_whole(media_path(messages.size(), i), std::move(paths_[i]));
  }
  messages.push_back({.role = Role::User, .content = "", .media = std::exchange(media_, {})});
  paths_.clear();
}

}  // namespace pcai::api
