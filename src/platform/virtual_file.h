#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>

namespace pcai::platform {

struct StreamCloser {
  void operator()(std::FILE* stream) const noexcept { std::fclose(stream); }
};
using StreamPtr = std::unique_ptr<std::FILE, StreamCloser>;

/// Copies up to `count` bytes from `offset` and returns how many; fewer if they cannot be read.
using ReadAt = std::function<std::size_t(std::uint64_t offset, char* into, std::size_t count)>;

/// A C stream over `size` bytes that `read_at` delivers. Null if the system has no such streams.
StreamPtr open_virtual_file(std::uint64_t size, ReadAt read_at);

}  // namespace pcai::platform
