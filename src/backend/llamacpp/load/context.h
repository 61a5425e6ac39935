#pragma once

#include "backend/llamacpp/load/model_file.h"
#include "backend/llamacpp/plan/planned_requests.h"
#include "fit/model_memory.h"

namespace pcai::backend::llamacpp {

/// A context, and the limits that the planner keeps in it.
struct PreparedContext {
  LlamaContextPtr context;
  PlannerOptions planner;
};

/// Allocates the KV cache and the buffers. The context is as long as the configuration says, or as
/// the model was trained for, but no longer than half of the free memory holds. Fails with
/// InvalidRequest if the configuration asks for more than the memory holds, or with Internal.
Result<PreparedContext> create_context(llama_model& weights, const fit::ModelMemory& needs,
                                       const ModelConfig& config);

}  // namespace pcai::backend::llamacpp
