#include "app/prompt_input.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/plain_text.h"
#include "app/terminal/terminal.h"
#include "core/media_format.h"
#include "platform/console.h"
#include "platform/path_text.h"
#include "platform/signals.h"

namespace pcai::app {
namespace {

constexpr std::size_t kLargestPrompt = std::size_t{64} << 20;
constexpr std::uintmax_t kLargestMedia = std::uintmax_t{64} << 20;
constexpr std::chrono::seconds kSilence{2};

Result<std::string> read_stdin() {
  std::string text;
  std::array<char, 1 << 16> block{};
  while (const std::size_t length = std::fread(block.data(), 1, block.size(), stdin)) {
    text.append(block.data(), length);
    if (text.size() > kLargestPrompt) {
      return fail(ErrorCode::InvalidRequest, "the prompt on stdin is larger than 64 MiB");
    }
  }
  if (std::ferror(stdin) != 0) return fail(ErrorCode::Internal, "stdin cannot be read");
  return plain_text(std::move(text), "the prompt on stdin");
}

/// What there is besides a prompt. A stdin that is closed holds nothing.
Result<std::string> read_addition() {
  if (platform::is_terminal(stdin)) return std::string();
  {
    platform::Signals signals;
    if (!signals.await_input(kSilence)) {
      if (signals.pending()) return fail(ErrorCode::Cancelled, "");
      print_note("waiting for what stdin adds to the prompt (< /dev/null adds nothing)");
    }
  }
  Result<std::string> text = read_stdin();
  if (!text && text.error().code == ErrorCode::Internal) return std::string();
  return text;
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

Result<Media> read_file(MediaKind kind, const std::string& name) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::InvalidRequest,
                "--" + std::string(to_string(kind)) + " '" + name + "' " + why);
  };
  const std::filesystem::path path = platform::text_path(name);
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return refuse("is not a file");
  if (std::filesystem::file_size(path, error) > kLargestMedia)
    return refuse("is larger than 64 MiB");
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  if (!stream || bytes.str().empty()) return refuse("cannot be read, or is empty");
  const auto format = media_format(bytes.str());
  if (!format || kind_of(*format) != kind) {
    return refuse(kind == MediaKind::Image ? "is not an image (PNG, JPEG, GIF, WebP, BMP)"
                                           : "is not audio (WAV, MP3, FLAC)");
  }
  return Media{.kind = kind, .bytes = std::make_shared<const std::string>(bytes.str())};
}

}  // namespace

Result<std::string> complete_prompt(const std::optional<std::string>& prompt) {
  const bool is_on_stdin = !prompt || *prompt == "-";
  Result<std::string> text = is_on_stdin ? read_stdin() : *prompt;
  if (!text) return text;
  if (is_blank(*text)) return fail(ErrorCode::InvalidRequest, "the prompt is empty");
  if (is_on_stdin) return text;
  const Result<std::string> addition = read_addition();
  if (!addition) return addition;
  if (!is_blank(*addition)) *text += "\n\n" + *addition;
  return text;
}

Result<std::vector<Media>> read_media(const std::vector<std::string>& images,
                                      const std::vector<std::string>& recordings) {
  std::vector<Media> media;
  for (const auto& [kind, names] :
       {std::pair{MediaKind::Image, &images}, std::pair{MediaKind::Audio, &recordings}}) {
    for (const std::string& name : *names) {
      Result<Media> file = read_file(kind, name);
      if (!file) return fail(file.error());
      media.push_back(std::move(*file));
    }
  }
  return media;
}

}  // namespace pcai::app
