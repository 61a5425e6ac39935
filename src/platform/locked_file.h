#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "platform/handle.h"
#include "platform/system_result.h"

namespace pcai::platform {

/// A regular file that is being written, locked against other objects of this kind, also of other
/// processes. Destroying it unlocks the file and keeps it. Not thread-safe.
class LockedFile {
 public:
  /// Opens or creates it, without following a link. Fails with errc::device_or_resource_busy while
  /// another has it, or errc::resource_unavailable_try_again if others keep replacing it.
  static SystemResult<LockedFile> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const noexcept { return path_; }
  std::uint64_t size() const noexcept { return size_; }

  /// Writes at the end. After a failure some of the bytes may be there, and size() counts them.
  std::error_code append(std::string_view bytes);

  /// Makes it empty.
  std::error_code clear();

  /// As RegularFile::read_at.
  std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) const noexcept;

  /// Flushes it to disk and gives it that name, which becomes path(). Replaces nothing: fails with
  /// errc::file_exists if the name is taken.
  std::error_code rename_to(const std::filesystem::path& name);

  void remove() noexcept;

 private:
  LockedFile(std::filesystem::path path, Handle handle)
      : path_(std::move(path)), handle_(std::move(handle)) {}

  std::filesystem::path path_;
  Handle handle_;
  std::uint64_t size_ = 0;
};

}  // namespace pcai::platform
