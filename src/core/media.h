#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace pcai {

enum class MediaKind : std::uint8_t { Image, Audio };

/// "image", "audio".
const char* to_string(MediaKind kind) noexcept;

/// A picture or a recording inside a message: the bytes of a file (PNG, JPEG, WAV …), as they came
/// from outside, and where it stands: before the byte `position` of the message's content.
/// The bytes are never null and never change; copies of a request share them.
struct Media {
  MediaKind kind = MediaKind::Image;
  std::shared_ptr<const std::string> bytes = {};
  std::size_t position = 0;
};

}  // namespace pcai
