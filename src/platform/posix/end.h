#pragma once

#include <memory>

#include "platform/posix/descriptor.h"
#include "platform/stream.h"

namespace pcai::platform {

struct Stream::End {
  Handle handle;
};

/// A stream over that descriptor, which from now on does not block.
Stream stream_over(Handle handle);

/// Takes over `fd` under a number above the standard ones, so that giving a child those never
/// overwrites it. Absent if there is no descriptor left.
Handle moved_up(int fd);

/// poll() again after each signal. A time below 0 is none.
int poll_again(struct pollfd* fds, unsigned long count, int timeout_ms) noexcept;

}  // namespace pcai::platform
