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

/// Reads the weights, for mainline's own repacked kernels unless they are to stay `as_stored`.
/// Fails with InvalidModel, with llama.cpp's own reason, or Cancelled.
Result<LlamaModelPtr> load_weights(const ModelConfig& config, bool as_stored,
                                   LoadProgress& progress, const GpuPlacement& placement = {});

/// What the file's metadata says; context_length is left to the context.
ModelInfo describe_model(const llama_model& model);

}  // namespace pcai::backend::llamacpp
