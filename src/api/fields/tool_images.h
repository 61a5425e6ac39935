#pragma once

#include <string>
#include <vector>

#include "api/dialect.h"
#include "core/request.h"

namespace pcai::api {

/// Images and sound in the answers of tools, which only a user's message can show to a model. A
/// placeholder stands in the tool's own text.
class ToolImages {
 public:
  /// Takes one that stood at `path`, and adds its placeholder to the text of the tool's answer.
  void add(Media media, std::string path, std::optional<std::string>& text);

  /// Makes a user's message of those taken so far, if there are any. Call it before each message
  /// that is no tool's answer, and after the last one.
  void show(std::vector<ChatMessage>& messages, Places& places);

 private:
  std::vector<Media> media_;
  std::vector<std::string> paths_;
};

}  // namespace pcai::api
