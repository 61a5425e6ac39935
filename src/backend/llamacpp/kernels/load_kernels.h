#pragma once

#include <llama.h>

#include <memory>

#include "backend/llamacpp/kernels/model_kernels.h"

namespace pcai::backend::llamacpp {

/// Whether a model of this configuration shall be loaded for our kernels: its weights then stay as
/// the file has them instead of in mainline's own repacked form. Fails with Unsupported where they
/// are asked for, or reproducible answers are, and they cannot run.
Result<bool> wants_kernels(const ModelConfig& config);

/// Packs the weights of a model that was loaded for them, with as many threads as it shall have.
/// Fails with Cancelled, or with Unsupported where `config` asks for our kernels and they can take
/// nothing, or for reproducible answers and they cannot take everything.
Result<std::unique_ptr<ModelKernels>> load_kernels(const llama_model& model,
                                                   const ModelConfig& config,
                                                   LoadProgress& progress);

/// Our kernels in words, tested on this machine: "avx512-vnni", or "none: " and why.
std::string describe_kernels();

}  // namespace pcai::backend::llamacpp
