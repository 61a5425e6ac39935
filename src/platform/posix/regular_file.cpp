#include "platform/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "platform/posix/descriptor.h"
#include "platform/posix/read_fully.h"

namespace pcai::platform {

SystemResult<RegularFile> RegularFile::open(const std::filesystem::path& path) {
  const auto refused = tl::make_unexpected(std::make_error_code(std::errc::invalid_argument));
  // Asked before opening, because opening alone can already act on a device.
  struct stat file = {};
  if (::stat(path.c_str(), &file) != 0) return tl::make_unexpected(last_error());
  if (!S_ISREG(file.st_mode)) return refused;
  Handle handle(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!handle) return tl::make_unexpected(last_error());
  if (::fstat(descriptor(handle), &file) != 0 || !S_ISREG(file.st_mode)) return refused;
  return RegularFile(std::move(handle), static_cast<std::uint64_t>(file.st_size));
}

std::size_t RegularFile::read_at(std::uint64_t offset, char* into,
                                 std::size_t count) const noexcept {
  return read_fully(descriptor(handle_), offset, into, count);
}

}  // namespace pcai::platform
