#include "platform/handle.h"

#include <unistd.h>

namespace pcai::platform {

Handle::~Handle() {
  if (native_ >= 0) ::close(static_cast<int>(native_));
}

}  // namespace pcai::platform
