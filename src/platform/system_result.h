#pragma once

#include <system_error>
#include <tl/expected.hpp>

namespace pcai::platform {

/// A value, or what the system said against it. Who asked makes a message of it.
template <class T>
using SystemResult = tl::expected<T, std::error_code>;

}  // namespace pcai::platform
