#pragma once

#include <llama.h>

#include "backend/llamacpp/plan/cost_curve.h"

namespace pcai::backend::llamacpp {

/// Measures the time of a few steps of growing size in an empty context, and leaves it empty. Takes
/// about 200 ms; more only if two steps of a single token take longer. Call it after
/// compute_first_step(), which has read what comes from the disk, and before anything else uses the
/// context.
CostCurve measure_step_costs(llama_context& context);

}  // namespace pcai::backend::llamacpp
