#include "models/gguf/byte_source.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>

#include "models/printable.h"

#ifdef _WIN32
#include <fstream>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace pcai::models {
namespace {

tl::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why) {
  return fail(ErrorCode::InvalidModel, printable_path(path) + ": " + why);
}

#ifdef _WIN32

class FileSource final : public ByteSource {
 public:
  FileSource(std::ifstream file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

  std::uint64_t size() const noexcept override { return size_; }

  std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) noexcept override {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(into, static_cast<std::streamsize>(count));
    return static_cast<std::size_t>(file_.gcount());
  }

 private:
  std::ifstream file_;
  std::uint64_t size_;
};

#else

class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { ::close(descriptor_); }

  std::uint64_t size() const noexcept override { return size_; }

  std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) noexcept override {
    if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return 0;
    std::size_t done = 0;
    while (done < count) {
      const ssize_t got =
          ::pread(descriptor_, into + done, count - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  int descriptor_;
  std::uint64_t size_;
};

#endif

}  // namespace

std::size_t MemorySource::read_at(std::uint64_t offset, char* into, std::size_t count) noexcept {
  if (offset >= bytes_.size()) return 0;
  count = std::min(count, bytes_.size() - static_cast<std::size_t>(offset));
  std::memcpy(into, bytes_.data() + offset, count);
  return count;
}

Result<std::unique_ptr<ByteSource>> open_regular_file(const std::filesystem::path& path) {
  // Asked before opening, because opening alone can already act on a device.
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return refuse(path, "no such file");
  if (error) return refuse(path, error.message());
  if (std::filesystem::is_directory(status)) return refuse(path, "is a folder, not a file");
  if (!std::filesystem::is_regular_file(status)) return refuse(path, "is not a regular file");
#ifdef _WIN32
  std::ifstream file(path, std::ios::binary);
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!file || error) return refuse(path, "cannot be opened");
  return std::make_unique<FileSource>(std::move(file), size);
#else
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return refuse(path, std::generic_category().message(errno));
  struct stat now = {};
  if (::fstat(descriptor, &now) != 0 || !S_ISREG(now.st_mode)) {
    ::close(descriptor);
    return refuse(path, "is not a regular file");
  }
  return std::make_unique<FileSource>(descriptor, static_cast<std::uint64_t>(now.st_size));
#endif
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
