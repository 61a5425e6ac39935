#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace pcai::models {

/// Bytes at known positions. Not thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  virtual std::uint64_t size() const noexcept = 0;

  /// Copies up to `count` bytes from `offset` and returns how many. Fewer bytes mean that the
  /// source ends there or cannot be read.
  virtual std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) noexcept = 0;
};

/// Bytes in memory, which must outlive the source.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t size() const noexcept override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) noexcept override;

 private:
  std::string_view bytes_;
};

/// Opens a file for reading. Fails with InvalidModel if it does not exist, may not be read, or is a
/// folder, device, pipe or socket. Never blocks on one of those. `size()` is the size at opening.
Result<std::unique_ptr<ByteSource>> open_regular_file(const std::filesystem::path& path);

/// Reads a whole small file. Fails like open_regular_file, and for a file of more than `max_bytes`.
Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes);

/// The same, but without UTF-8's byte order mark and without blanks and line ends around the text.
Result<std::string> read_small_text(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace pcai::models
