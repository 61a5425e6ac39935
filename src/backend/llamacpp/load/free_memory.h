#pragma once

#include <cstdint>

namespace pcai::backend::llamacpp {

/// Bytes that can be had without swapping; the largest number where the system does not say.
std::uint64_t free_memory();

}  // namespace pcai::backend::llamacpp
