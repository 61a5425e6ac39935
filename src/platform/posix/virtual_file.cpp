#include "platform/virtual_file.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pcai::platform {

#if defined(__linux__)
namespace {

struct VirtualFile {
  std::uint64_t size;
  ReadAt read_at;
  std::uint64_t position = 0;
};

ssize_t read_on(void* cookie, char* into, std::size_t count) {
  auto& file = *static_cast<VirtualFile*>(cookie);
  if (file.position >= file.size) return 0;
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(count, file.size - file.position));
  const std::size_t got = file.read_at(file.position, into, wanted);
  if (got == 0) {
    errno = EIO;
    return -1;
  }
  file.position += got;
  return static_cast<ssize_t>(got);
}

int seek_to(void* cookie, off64_t* offset, int whence) {
  auto& file = *static_cast<VirtualFile*>(cookie);
  const auto base = static_cast<off64_t>(whence == SEEK_SET   ? 0
                                         : whence == SEEK_CUR ? file.position
                                                              : file.size);
  if (*offset < -base) {
    errno = EINVAL;
    return -1;
  }
  *offset += base;
  file.position = static_cast<std::uint64_t>(*offset);
  return 0;
}

int close_it(void* cookie) {
  delete static_cast<VirtualFile*>(cookie);
  return 0;
}

}  // namespace

StreamPtr open_virtual_file(std::uint64_t size, ReadAt read_at) {
  auto file = std::make_unique<VirtualFile>(VirtualFile{size, std::move(read_at)});
  StreamPtr stream(fopencookie(
      file.get(), "rb", {.read = read_on, .write = nullptr, .seek = seek_to, .close = close_it}));
  if (stream) file.release();  // the stream's own from here on
  return stream;
}
#else
StreamPtr open_virtual_file(std::uint64_t, ReadAt) {
  return nullptr;
}
#endif

}  // namespace pcai::platform
