#pragma once

#include <cerrno>
#include <system_error>

#include "platform/handle.h"

namespace pcai::platform {

inline int descriptor(const Handle& handle) noexcept {
  return static_cast<int>(handle.get());
}

/// What errno says.
inline std::error_code last_error() noexcept {
  return {errno, std::generic_category()};
}

}  // namespace pcai::platform
