#include "platform/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

namespace pcai::platform {

std::optional<FileIdentity> file_identity(const std::filesystem::path& path) {
  struct stat file = {};
  if (::stat(path.c_str(), &file) != 0) return std::nullopt;
  return FileIdentity{static_cast<std::uint64_t>(file.st_dev),
                      static_cast<std::uint64_t>(file.st_ino),
                      static_cast<std::uint64_t>(file.st_size),
                      static_cast<std::uint64_t>(file.st_mtim.tv_sec) * 1'000'000'000U +
                          static_cast<std::uint64_t>(file.st_mtim.tv_nsec)};
}

bool is_writable(const std::filesystem::path& path) {
  return ::access(path.c_str(), W_OK) == 0;
}

bool is_open_to_others(const std::filesystem::path& path) {
  struct stat file = {};
  return ::stat(path.c_str(), &file) == 0 && S_ISREG(file.st_mode) &&
         (file.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

}  // namespace pcai::platform
