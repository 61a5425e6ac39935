#include "models/printable.h"

#include "core/utf8.h"
#include "platform/path_text.h"

namespace pcai::models {

std::string printable(std::string_view text, std::size_t max_bytes) {
  const bool is_cut = text.size() > max_bytes;
  if (is_cut) {
    const auto continues = [&] {
      return (static_cast<unsigned char>(text[max_bytes]) & 0xC0) == 0x80;
    };
    for (int steps = 0; steps < 3 && max_bytes > 0 && continues(); ++steps) --max_bytes;
    text = text.substr(0, max_bytes);
  }
  const bool is_utf8 = is_valid_utf8(text);
  std::string shown;
  shown.reserve(text.size() + 3);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_control = byte < 0x20 || byte == 0x7F;
    const bool is_c1_control =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_control || (byte >= 0x80 && !is_utf8)) {
      shown += '?';
    } else if (is_c1_control) {
      shown += '?';
      ++i;
    } else {
      shown += text[i];
    }
  }
  return is_cut ? shown + "…" : shown;
}

std::string in_quotes(std::string_view text) {
  return "'" + printable(text, 80) + "'";
}

std::string printable_path(const std::filesystem::path& path) {
  const std::string text = platform::path_text(path);
  return printable(text, text.size());
}

}  // namespace pcai::models
