#pragma once

#include <llama.h>

#include <vector>

#include "core/model.h"
#include "core/result.h"
#include "fit/memory_plan.h"

namespace pcai::backend::llamacpp {

/// The devices that this build of llama.cpp computes on: the CPU first, then the GPUs in ggml's
/// order. ModelConfig::gpu_devices counts them in the same order.
std::vector<fit::Device> compute_devices();

/// Where a model's layers go, in llama.cpp's terms. Must live until the weights are loaded.
class GpuPlacement {
 public:
  /// Decides by the memory plan. `gpu_layers` -1 puts as many layers as fit on the GPUs, split by
  /// their free memory. Without a GPU all layers stay on the CPU. Fails with InvalidRequest if
  /// `gpu_devices` has a number that no GPU has.
  static Result<GpuPlacement> plan(const fit::ModelMemory& needs, const ModelConfig& config,
                                   const std::vector<fit::Device>& devices);

  /// Sets the fields of the load that say where layers go.
  void apply(llama_model_params& params) const;

  std::int32_t gpu_layers() const noexcept { return gpu_layers_; }

  /// Each used GPU's share of those layers, in ggml's order; they sum to 1.
  const std::vector<float>& split() const noexcept { return split_; }

 private:
  std::int32_t gpu_layers_ = 0;
  std::vector<std::int32_t> gpus_;           // the used GPUs, as gpu_devices counts
  std::vector<ggml_backend_dev_t> handles_;  // the same, then null; empty = all
  std::vector<float> split_;
};

}  // namespace pcai::backend::llamacpp
