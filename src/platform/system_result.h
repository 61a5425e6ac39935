#pragma once

#include <system_error>
#include <tl/expected.hpp>

namespace pcai::platform {

/// A value, or the system's error. The caller makes the message.
template <class T>
using SystemResult = tl::expected<T, std::error_code>;

}  // namespace pcai::platform
