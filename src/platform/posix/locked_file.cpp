#include "platform/locked_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "platform/posix/descriptor.h"
#include "platform/posix/read_fully.h"

namespace pcai::platform {

SystemResult<LockedFile> LockedFile::open(const std::filesystem::path& path) {
  const auto failed = [](std::errc why) { return tl::make_unexpected(std::make_error_code(why)); };
  constexpr int kMaxTries = 10;
  for (int i = 0; i < kMaxTries; ++i) {
    LockedFile file(
        path,
        Handle(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644)));
    if (!file.handle_) return tl::make_unexpected(last_error());
    const int fd = descriptor(file.handle_);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return tl::make_unexpected(last_error());
      return failed(std::errc::device_or_resource_busy);
    }
    // Who had it before may have renamed or removed it meanwhile: then there is a new one to open.
    struct stat opened = {};
    struct stat named = {};
    if (::fstat(fd, &opened) != 0) return tl::make_unexpected(last_error());
    if (::lstat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
        opened.st_dev == named.st_dev) {
      if (!S_ISREG(opened.st_mode)) return failed(std::errc::invalid_argument);
      file.size_ = static_cast<std::uint64_t>(opened.st_size);
      return file;
    }
  }
  return failed(std::errc::resource_unavailable_try_again);
}

std::error_code LockedFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor(handle_), bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return last_error();
    if (wrote == 0) return std::make_error_code(std::errc::no_space_on_device);
    size_ += static_cast<std::uint64_t>(wrote);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

std::error_code LockedFile::clear() {
  if (::ftruncate(descriptor(handle_), 0) != 0) return last_error();
  size_ = 0;
  return {};
}

std::size_t LockedFile::read_at(std::uint64_t offset, char* into,
                                std::size_t count) const noexcept {
  return read_fully(descriptor(handle_), offset, into, count);
}

std::error_code LockedFile::rename_to(const std::filesystem::path& name) {
  if (::fsync(descriptor(handle_)) != 0) return last_error();
  // A link fails where the name is taken; a rename would replace what is there.
  if (::link(path_.c_str(), name.c_str()) == 0) {
    ::unlink(path_.c_str());
  } else if (errno == EEXIST || ::rename(path_.c_str(), name.c_str()) != 0) {
    return last_error();
  }
  const Handle folder(::open(name.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(descriptor(folder));
  path_ = name;
  return {};
}

void LockedFile::remove() noexcept {
  ::unlink(path_.c_str());
}

}  // namespace pcai::platform
