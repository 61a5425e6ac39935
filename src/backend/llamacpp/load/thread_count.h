#pragma once

#include <cstdint>

#include "core/model.h"

namespace pcai::backend::llamacpp {

/// The largest number of threads that compute a step: the configured one, or else the number of
/// cores that are fit for arithmetic, but no more than this process may use.
std::int32_t thread_count(const ModelConfig& config);

}  // namespace pcai::backend::llamacpp
