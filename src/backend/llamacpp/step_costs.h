#pragma once

#include <llama.h>

#include "backend/llamacpp/cost_curve.h"

namespace pcai {

/// Measures the time of a few steps of growing size in an empty context, and leaves it empty. Takes
/// about 200 ms; more only if two steps of a single token take longer. Call it before anything else
/// uses the context.
CostCurve measure_step_costs(llama_context& context);

}  // namespace pcai
