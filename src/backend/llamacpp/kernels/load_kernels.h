#pragma once

#include <llama.h>

#include <memory>

#include "backend/llamacpp/kernels/model_kernels.h"

namespace pcai::backend::llamacpp {

/// True if a model of this configuration should be loaded for our kernels; its weights then stay as
/// the file has them and are not repacked by mainline. Fails with Unsupported if the configuration
/// asks for our kernels, or for reproducible answers, and they cannot run.
Result<bool> wants_kernels(const ModelConfig& config);

/// Packs the weights of a model that was loaded for our kernels, with as many threads as the model
/// will use. Fails with Cancelled. Fails with Unsupported if `config` asks for our kernels and they
/// can take no weight, or for reproducible answers and they cannot take all of them.
Result<std::unique_ptr<ModelKernels>> load_kernels(const llama_model& model,
                                                   const ModelConfig& config,
                                                   LoadProgress& progress);

/// Our kernels in words, tested on this machine: "avx512-vnni", or "none: " and why.
std::string describe_kernels();

}  // namespace pcai::backend::llamacpp
