#include "backend/llamacpp/media/media_file.h"

#include <stb/stb_image.h>

#include <string>

#include "core/media_format.h"

#define MINIAUDIO_IMPLEMENTATION
#define MA_NO_ENCODING
#define MA_NO_DEVICE_IO
#define MA_NO_RESOURCE_MANAGER
#define MA_NO_NODE_GRAPH
#define MA_NO_ENGINE
#define MA_NO_GENERATION
#define MA_API static
#define ma_atomic_global_lock pcai_ma_atomic_global_lock  // its one symbol that is not static
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#include <miniaudio/miniaudio.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint64_t kMaxPixels = 40'000'000;
constexpr int kMaxSide = 16'384;
constexpr std::size_t kMaxSeconds = 30 * 60;
constexpr std::size_t kBlock = 65'536;  // samples read at a time

tl::unexpected<Error> refuse(ErrorCode code, const Media& file, const std::string& what) {
  const auto format = media_format(*file.bytes);
  return fail(code,
              "messages: the " + std::string(format ? to_string(*format) : to_string(file.kind)) +
                  " file of " + std::to_string(file.bytes->size()) + " bytes " + what,
              "messages");
}

/// Ends a decoder that was begun.
struct Decoder {
  ma_decoder decoder;
  ~Decoder() { ma_decoder_uninit(&decoder); }
};

}  // namespace

void Pixels::Deleter::operator()(unsigned char* pixels) const noexcept {
  stbi_image_free(pixels);
}

Result<Pixels> read_picture(const Media& file, bool size_only) {
  const auto format = media_format(*file.bytes);
  if (format == MediaFormat::WebP) {
    return refuse(ErrorCode::Unsupported, file, "cannot be read here; send PNG or JPEG");
  }
  const auto* const bytes = reinterpret_cast<const stbi_uc*>(file.bytes->data());
  const auto length = static_cast<int>(file.bytes->size());
  int width = 0;
  int height = 0;
  int channels = 0;
  if (!format || stbi_info_from_memory(bytes, length, &width, &height, &channels) == 0 ||
      width < 1 || height < 1) {
    return refuse(ErrorCode::InvalidRequest, file, "is damaged: its size cannot be read");
  }
  if (width > kMaxSide || height > kMaxSide ||
      static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > kMaxPixels) {
    return refuse(ErrorCode::InvalidRequest, file,
                  "has " + std::to_string(width) + " x " + std::to_string(height) +
                      " pixels; the limit is " + std::to_string(kMaxPixels) + " and " +
                      std::to_string(kMaxSide) + " per side");
  }
  Pixels pixels{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
  if (size_only) return pixels;
  pixels.data.reset(stbi_load_from_memory(bytes, length, &width, &height, &channels, 3));
  if (!pixels.data || static_cast<std::uint32_t>(width) != pixels.width ||
      static_cast<std::uint32_t>(height) != pixels.height) {
    const char* const reason = stbi_failure_reason();
    return refuse(ErrorCode::InvalidRequest, file,
                  std::string("is damaged: ") + (reason != nullptr ? reason : "it cannot be read"));
  }
  return pixels;
}

Result<std::vector<float>> read_recording(const Media& file, std::uint32_t rate) {
  const ma_decoder_config config = ma_decoder_config_init(ma_format_f32, 1, rate);
  Decoder reader;
  if (ma_decoder_init_memory(file.bytes->data(), file.bytes->size(), &config, &reader.decoder) !=
      MA_SUCCESS) {
    reader.decoder = {};
    return refuse(ErrorCode::InvalidRequest, file, "is damaged: its beginning cannot be read");
  }
  // What the header says of the length is not believed.
  std::vector<float> samples;
  for (ma_uint64 read = kBlock; read == kBlock;) {
    const std::size_t begin = samples.size();
    if (begin > kMaxSeconds * rate) {
      return refuse(ErrorCode::InvalidRequest, file,
                    "is longer than " + std::to_string(kMaxSeconds / 60) + " minutes");
    }
    samples.resize(begin + kBlock);
    read = 0;
    ma_decoder_read_pcm_frames(&reader.decoder, samples.data() + begin, kBlock, &read);
    samples.resize(begin + static_cast<std::size_t>(read));
  }
  if (samples.empty()) {
    return refuse(ErrorCode::InvalidRequest, file, "is damaged: it contains no sound");
  }
  return samples;
}

}  // namespace pcai::backend::llamacpp
