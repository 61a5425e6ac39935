#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/media.h"
#include "core/result.h"

namespace pcai::backend::llamacpp {

/// An image's pixels: three bytes each, row by row.
struct Pixels {
  struct Deleter {
    void operator()(unsigned char* pixels) const noexcept;
  };
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::unique_ptr<unsigned char, Deleter> data = {};  // null = only the size was asked for
};

/// Reads an untrusted PNG, JPEG, GIF (its first frame) or BMP file. It checks the size first: at
/// most 40 million pixels. Fails with InvalidRequest if the file is damaged or too large, and with
/// Unsupported for WebP. The error's `field` is "messages".
Result<Pixels> read_picture(const Media& file, bool size_only);

/// Reads an untrusted WAV, MP3 or FLAC file as one channel of `rate` samples per second, at most 30
/// minutes. Fails as read_picture does.
Result<std::vector<float>> read_recording(const Media& file, std::uint32_t rate);

}  // namespace pcai::backend::llamacpp
