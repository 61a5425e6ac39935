#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "platform/handle.h"
#include "platform/system_result.h"

namespace pcai::platform {

/// A regular file, open for reading at any place. Any thread may read.
class RegularFile {
 public:
  /// Follows links. Fails with errc::invalid_argument for a folder, device, pipe or socket, without
  /// waiting for it or acting on it.
  static SystemResult<RegularFile> open(const std::filesystem::path& path);

  /// Bytes, as of the opening.
  std::uint64_t size() const noexcept { return size_; }

  /// Copies up to `count` bytes from `offset` and returns how many: fewer only where the file ends
  /// or cannot be read.
  std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) const noexcept;

 private:
  RegularFile(Handle handle, std::uint64_t size) noexcept
      : handle_(std::move(handle)), size_(size) {}

  Handle handle_;
  std::uint64_t size_;
};

}  // namespace pcai::platform
