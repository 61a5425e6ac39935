#pragma once

#include <cstdint>

#include "core/model.h"

namespace pcai {

/// How many threads compute, at most: those that the settings ask for, or else one for each core
/// that does arithmetic well and that this process may use.
std::int32_t thread_count(const ModelConfig& config);

}  // namespace pcai
