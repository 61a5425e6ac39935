#pragma once

#include <llama.h>

#include <vector>

#include "core/model.h"
#include "core/result.h"
#include "fit/memory_plan.h"

namespace pcai::backend::llamacpp {

/// The devices that this build of llama.cpp computes on, the processor first, then the GPUs in
/// ggml's order, which is how ModelConfig::gpu_devices counts them.
std::vector<fit::Device> compute_devices();

/// Where a model's layers go, in llama.cpp's words. It must live until the weights are loaded.
class GpuPlacement {
 public:
  /// By the memory plan: with `gpu_layers` -1 as many layers as fit, split by free memory. Without
  /// a GPU, none. Fails with InvalidRequest for a number in `gpu_devices` that no GPU has.
  static Result<GpuPlacement> plan(const fit::ModelMemory& needs, const ModelConfig& config,
                                   const std::vector<fit::Device>& devices);

  /// Sets the fields of the load that say where layers go.
  void apply(llama_model_params& params) const;

  std::int32_t gpu_layers() const noexcept { return gpu_layers_; }

  /// Each used GPU's share of those layers, in ggml's order; they sum to 1.
  const std::vector<float>& split() const noexcept { return split_; }

 private:
  std::int32_t gpu_layers_ = 0;
  std::vector<std::int32_t> gpus_;           // the used ones, as gpu_devices counts
  std::vector<ggml_backend_dev_t> handles_;  // theirs, null at the end; empty = llama.cpp's choice
  std::vector<float> split_;
};

}  // namespace pcai::backend::llamacpp
