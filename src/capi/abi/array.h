#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"

namespace pcai::capi {

/// Checks an array that came in as a pointer and a count. Both are given or neither is, and there
/// are at most `most` elements. Fails with InvalidRequest that names `field`. Does not read the
/// elements, so `data` may have any element type.
Status check_array(const void* data, std::uint64_t count, std::uint64_t most,
                   const std::string& field);

/// The name of an array's element in errors: "stop[3]".
std::string indexed(const std::string& name, std::uint64_t index);

}  // namespace pcai::capi
