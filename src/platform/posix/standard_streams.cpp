#include "platform/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace pcai::platform {

void reserve_standard_streams() noexcept {
  // The wrong way round for the first two, so that nothing is read or lost in silence.
  constexpr int kWays[] = {O_WRONLY, O_RDONLY, O_WRONLY};
  for (int number = 0; number < 3; ++number) {
    const bool is_closed = ::fcntl(number, F_GETFD) < 0 && errno == EBADF;
    // open() takes the lowest free number, and those below are taken.
    if (is_closed && ::open("/dev/null", kWays[number]) != number) return;
  }
}

}  // namespace pcai::platform
