#pragma once

#include <span>

#include "core/result.h"

namespace pcai::backend::llamacpp {

/// Fails if no token can be chosen by these logits: one is NaN or plus infinity, or all are minus
/// infinity. It costs less than a hundredth of what it costs to compute them.
Status check_logits(std::span<const float> logits);

}  // namespace pcai::backend::llamacpp
