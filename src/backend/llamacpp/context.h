#pragma once

#include "backend/llamacpp/model_file.h"
#include "backend/llamacpp/planned_requests.h"
#include "fit/model_memory.h"

namespace pcai {

/// A context and the bounds that the planner keeps to in it.
struct PreparedContext {
  LlamaContextPtr context;
  PlannerOptions planner;
};

/// Makes the KV cache and buffers. The context is as long as asked for, or as the model was trained
/// for, cut to what half of the free memory holds. Fails with InvalidRequest when more is asked for
/// than the memory holds, or Internal.
Result<PreparedContext> create_context(llama_model& weights, const ModelMemory& needs,
                                       const ModelConfig& config);

}  // namespace pcai
