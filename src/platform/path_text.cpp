#include "platform/path_text.h"

namespace pcai::platform {

std::string path_text(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

std::filesystem::path text_path(std::string_view text) {
  return std::u8string(text.begin(), text.end());
}

}  // namespace pcai::platform
