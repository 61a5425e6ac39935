#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "core/result.h"
#include "platform/locked_file.h"

namespace pcai::hub {

/// A download's file before it gets its final name. It is locked against other pulls, also of other
/// processes. Closing it keeps its bytes. Not thread-safe.
class PartFile {
 public:
  /// Opens or creates the file; does not follow a link. Fails with Overloaded if another pull has
  /// it, or with Internal.
  static Result<PartFile> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const noexcept { return file_.path(); }
  std::uint64_t size() const noexcept { return file_.size(); }

  Status append(std::string_view bytes);

  /// Drops all bytes.
  Status clear();

  /// The SHA-256 of all bytes so far, as 64 hex digits.
  Result<std::string> sha256() const;

  /// Writes everything to disk and gives the file its name. Replaces no other file.
  Status rename_to(const std::filesystem::path& name);

  void remove() noexcept { file_.remove(); }

 private:
  explicit PartFile(platform::LockedFile file) : file_(std::move(file)) {}

  platform::LockedFile file_;
};

/// The SHA-256 of a file, as 64 hex digits; "" if it cannot be read.
std::string sha256_of(const std::filesystem::path& path);

}  // namespace pcai::hub
