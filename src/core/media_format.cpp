#include "core/media_format.h"

namespace pcai {
namespace {

bool begins(std::string_view bytes, std::string_view magic) {
  return bytes.substr(0, magic.size()) == magic;
}

/// RIFF holds several formats; which one stands after its size.
bool is_riff(std::string_view bytes, std::string_view form) {
  return begins(bytes, "RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == form;
}

/// A frame of layer III, or the tag that stands before the first one.
bool is_mp3(std::string_view bytes) {
  if (begins(bytes, "ID3")) return true;
  return bytes.size() >= 4 && bytes[0] == '\xFF' &&
         (static_cast<unsigned char>(bytes[1]) & 0xE6U) == 0xE2U;
}

}  // namespace

const char* to_string(MediaFormat format) noexcept {
  switch (format) {
    case MediaFormat::Png: return "PNG";
    case MediaFormat::Jpeg: return "JPEG";
    case MediaFormat::Gif: return "GIF";
    case MediaFormat::WebP: return "WebP";
    case MediaFormat::Bmp: return "BMP";
    case MediaFormat::Wav: return "WAV";
    case MediaFormat::Mp3: return "MP3";
    case MediaFormat::Flac: return "FLAC";
  }
  return "unknown";
}

MediaKind kind_of(MediaFormat format) noexcept {
  const bool audio =
      format == MediaFormat::Wav || format == MediaFormat::Mp3 || format == MediaFormat::Flac;
  return audio ? MediaKind::Audio : MediaKind::Image;
}

std::optional<MediaFormat> media_format(std::string_view bytes) noexcept {
  if (begins(bytes, "\x89PNG\r\n\x1A\n")) return MediaFormat::Png;
  if (begins(bytes, "\xFF\xD8\xFF")) return MediaFormat::Jpeg;
  if (begins(bytes, "GIF87a") || begins(bytes, "GIF89a")) return MediaFormat::Gif;
  if (is_riff(bytes, "WEBP")) return MediaFormat::WebP;
  if (begins(bytes, "BM") && bytes.size() >= 26) return MediaFormat::Bmp;
  if (is_riff(bytes, "WAVE")) return MediaFormat::Wav;
  if (begins(bytes, "fLaC")) return MediaFormat::Flac;
  if (is_mp3(bytes)) return MediaFormat::Mp3;
  return std::nullopt;
}

}  // namespace pcai
