#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/media.h"
#include "core/result.h"

namespace pcai::backend::llamacpp {

/// A picture's pixels: three bytes each, row by row.
struct Pixels {
  struct Deleter {
    void operator()(unsigned char* pixels) const noexcept;
  };
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::unique_ptr<unsigned char, Deleter> data = {};  // null = only the size was asked for
};

/// Reads a PNG, JPEG, GIF (its first frame) or BMP file that nobody vouches for: its size before
/// its pixels, of which there may be 40 million. Fails with InvalidRequest for a damaged or too
/// large one, Unsupported for WebP; `field` is "messages".
Result<Pixels> read_picture(const Media& file, bool size_only);

/// Reads a WAV, MP3 or FLAC file as one channel of `rate` samples a second, at most 30 minutes.
/// Fails as read_picture does.
Result<std::vector<float>> read_recording(const Media& file, std::uint32_t rate);

}  // namespace pcai::backend::llamacpp
