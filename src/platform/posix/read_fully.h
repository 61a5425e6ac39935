#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>

namespace pcai::platform {

/// pread until `count` bytes are there, the file ends or fails. Returns the bytes that are there.
inline std::size_t read_fully(int descriptor, std::uint64_t offset, char* into,
                              std::size_t count) noexcept {
  if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) return 0;
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got =
        ::pread(descriptor, into + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace pcai::platform
