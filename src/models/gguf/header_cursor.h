#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "models/gguf/byte_source.h"

namespace pcai::models {

/// Reads a header from its beginning, through a buffer. After the first failure every read returns
/// zeros and does not move, so a caller may check once after several reads. Not thread-safe.
class HeaderCursor {
 public:
  /// Bytes from `limit` on count as missing. remaining() still counts to the end of the source.
  HeaderCursor(ByteSource& source, std::uint64_t limit);

  bool ok() const noexcept { return problem_.empty(); }

  /// The first failure; empty if there was none.
  const std::string& problem() const noexcept { return problem_; }

  std::uint64_t position() const noexcept { return position_; }

  /// Bytes from here to the source's end.
  std::uint64_t remaining() const noexcept { return source_.size() - position_; }

  template <class T>
  T number() {
    static_assert(std::endian::native == std::endian::little, "GGUF files are little-endian");
    T value = {};
    const char* bytes = take(sizeof value);
    if (bytes != nullptr) std::memcpy(&value, bytes, sizeof value);
    return value;
  }

  /// The next `count` bytes, replacing what `into` held; empty on failure.
  void text(std::string& into, std::uint64_t count);

  void skip(std::uint64_t count);

 private:
  bool has(std::uint64_t count);
  const char* take(std::size_t count);
  std::size_t buffered() const noexcept { return buffer_end_ - buffer_begin_; }

  ByteSource& source_;
  std::uint64_t limit_;
  std::uint64_t position_ = 0;
  std::vector<char> buffer_;  // [buffer_begin_, buffer_end_) are the bytes from position_ on
  std::size_t buffer_begin_ = 0;
  std::size_t buffer_end_ = 0;
  std::string problem_;
};

}  // namespace pcai::models
