#pragma once

#include <llama.h>

#include <memory>

#include "backend/inference_backend.h"
#include "backend/llamacpp/load/gpu_placement.h"

namespace pcai::backend::llamacpp {

struct LlamaDeleter {
  void operator()(llama_model* model) const noexcept { llama_model_free(model); }
  void operator()(llama_context* context) const noexcept { llama_free(context); }
  void operator()(llama_sampler* sampler) const noexcept { llama_sampler_free(sampler); }
};
using LlamaModelPtr = std::unique_ptr<llama_model, LlamaDeleter>;
using LlamaContextPtr = std::unique_ptr<llama_context, LlamaDeleter>;
using LlamaSamplerPtr = std::unique_ptr<llama_sampler, LlamaDeleter>;

/// Loads the weights. `as_stored` keeps them as the file has them; otherwise mainline repacks them
/// for its own kernels. Fails with InvalidModel and llama.cpp's own reason, or with Cancelled.
Result<LlamaModelPtr> load_weights(const ModelConfig& config, bool as_stored,
                                   LoadProgress& progress, const GpuPlacement& placement = {});

/// Describes a model from its file's metadata. The context sets context_length later.
ModelInfo describe_model(const llama_model& model);

}  // namespace pcai::backend::llamacpp
