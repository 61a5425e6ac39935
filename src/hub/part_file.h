#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "core/result.h"
#include "platform/locked_file.h"

namespace pcai {

/// A download's file before it has its name: locked against other pulls, also of other processes.
/// Closing it keeps what is there. Not thread-safe.
class PartFile {
 public:
  /// Opens or creates it, without following a link. Fails with Overloaded while another pull has
  /// it, or Internal.
  static Result<PartFile> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const noexcept { return file_.path(); }
  std::uint64_t size() const noexcept { return file_.size(); }

  Status append(std::string_view bytes);

  /// Forgets everything that is there.
  Status clear();

  /// The SHA-256 of what is there, as 64 hex digits.
  Result<std::string> sha256() const;

  /// Puts it to disk and gives it that name, replacing nothing.
  Status rename_to(const std::filesystem::path& name);

  void remove() noexcept { file_.remove(); }

 private:
  explicit PartFile(platform::LockedFile file) : file_(std::move(file)) {}

  platform::LockedFile file_;
};

/// The SHA-256 of a file, as 64 hex digits; "" where it cannot be read.
std::string sha256_of(const std::filesystem::path& path);

}  // namespace pcai
