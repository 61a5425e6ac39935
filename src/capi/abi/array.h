#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"

namespace pcai::capi {

/// An array is a pointer and a count: both or neither, and at most `most` elements.
Status check_array(const void* data, std::uint64_t count, std::uint64_t most,
                   const std::string& field);

/// "stop[3]".
std::string indexed(const std::string& name, std::uint64_t index);

}  // namespace pcai::capi
