#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/media.h"

namespace pcai {

enum class MediaFormat : std::uint8_t { Png, Jpeg, Gif, WebP, Bmp, Wav, Mp3, Flac };

/// "PNG", "JPEG" and so on.
const char* to_string(MediaFormat format) noexcept;

MediaKind kind_of(MediaFormat format) noexcept;

/// What a file is by its first bytes, whatever it is said to be. Nothing for all else; the rest of
/// the file may still be damaged.
std::optional<MediaFormat> media_format(std::string_view bytes) noexcept;

}  // namespace pcai
