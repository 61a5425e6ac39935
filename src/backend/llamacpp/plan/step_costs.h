#pragma once

#include <llama.h>

#include "backend/llamacpp/plan/cost_curve.h"

namespace pcai::backend::llamacpp {

/// Computes a few steps of growing size in an empty context and takes their times; leaves it empty.
/// Takes some 200 ms, more only where two steps of a single token do. To be called before anybody
/// else computes with the context.
CostCurve measure_step_costs(llama_context& context);

}  // namespace pcai::backend::llamacpp
