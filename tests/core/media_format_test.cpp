#include "core/media_format.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace pcai {
namespace {

std::string padded(std::string bytes) {
  bytes.resize(64, '\0');
  return bytes;
}

TEST(MediaFormatTest, TheFirstBytesSayWhatAFileIs) {
  const std::string size(4, '\x10');
  const std::vector<std::pair<std::string, MediaFormat>> cases = {
      {"\x89PNG\r\n\x1A\n", MediaFormat::Png},
      {"\xFF\xD8\xFF\xE0", MediaFormat::Jpeg},
      {"GIF89a", MediaFormat::Gif},
      {"RIFF" + size + "WEBP", MediaFormat::WebP},
      {"BM", MediaFormat::Bmp},
      {"RIFF" + size + "WAVE", MediaFormat::Wav},
      {"ID3", MediaFormat::Mp3},
      {"\xFF\xFB\x90", MediaFormat::Mp3},
      {"fLaC", MediaFormat::Flac},
  };
  for (const auto& [magic, format] : cases) {
    EXPECT_EQ(media_format(padded(magic)), format) << to_string(format);
  }
}

TEST(MediaFormatTest, AllElseIsNothing) {
  for (const char* text :
       {"", "B", "BM", "RIFF", "%PDF-1.7", "<svg>", "GIF90a", "http://a/b.png"}) {
    EXPECT_FALSE(media_format(text)) << text;
  }
  EXPECT_FALSE(
      media_format(padded("RIFF\x10\x10\x10\x10"
                          "AVI ")));
  EXPECT_FALSE(media_format(padded("\xFF\xE0")));
}

TEST(MediaFormatTest, AFormatIsOfOneKind) {
  EXPECT_EQ(kind_of(MediaFormat::WebP), MediaKind::Image);
  EXPECT_EQ(kind_of(MediaFormat::Flac), MediaKind::Audio);
}

}  // namespace
}  // namespace pcai
