#include "models/gguf/byte_source.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <system_error>

#include "models/printable.h"
#include "platform/regular_file.h"

namespace pcai::models {
namespace {

tl::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why) {
  return fail(ErrorCode::InvalidModel, printable_path(path) + ": " + why);
}

class FileSource final : public ByteSource {
 public:
  explicit FileSource(platform::RegularFile file) : file_(std::move(file)) {}

  std::uint64_t size() const noexcept override { return file_.size(); }

  std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) noexcept override {
    return file_.read_at(offset, into, count);
  }

 private:
  platform::RegularFile file_;
};

}  // namespace

std::size_t MemorySource::read_at(std::uint64_t offset, char* into, std::size_t count) noexcept {
  if (offset >= bytes_.size()) return 0;
  count = std::min(count, bytes_.size() - static_cast<std::size_t>(offset));
  std::memcpy(into, bytes_.data() + offset, count);
  return count;
}

Result<std::unique_ptr<ByteSource>> open_regular_file(const std::filesystem::path& path) {
  auto file = platform::RegularFile::open(path);
  if (file) return std::make_unique<FileSource>(std::move(*file));
  std::error_code unknown;
  if (file.error() == std::errc::no_such_file_or_directory ||
      file.error() == std::errc::not_a_directory) {
    return refuse(path, "no such file");
  }
  if (file.error() != std::errc::invalid_argument) return refuse(path, file.error().message());
  return refuse(path, std::filesystem::is_directory(path, unknown) ? "is a folder, not a file"
                                                                   : "is not a regular file");
}

Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes) {
  auto source = open_regular_file(path);
  if (!source) return fail(source.error());
  if ((*source)->size() > max_bytes) return refuse(path, "is unexpectedly large");
  std::string text(static_cast<std::size_t>((*source)->size()), '\0');
  text.resize((*source)->read_at(0, text.data(), text.size()));
  return text;
}

Result<std::string> read_small_text(const std::filesystem::path& path, std::size_t max_bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  constexpr std::string_view kBlanks = " \t\r\n";
  auto text = read_small_file(path, max_bytes);
  if (!text) return text;
  if (text->starts_with(kMark)) text->erase(0, kMark.size());
  text->erase(text->find_last_not_of(kBlanks) + 1);  // npos + 1 is 0
  text->erase(0, text->find_first_not_of(kBlanks));
  return text;
}

}  // namespace pcai::models
