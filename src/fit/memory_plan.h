#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/model.h"
#include "core/result.h"
#include "fit/device.h"
#include "fit/model_memory.h"

namespace pcai::fit {

/// One device's part of a model, in bytes.
struct DeviceShare {
  Device device;
  std::uint32_t layers = 0;
  bool has_output = false;
  std::uint64_t weights = 0;  // without the weights that panels replace
  std::uint64_t panels = 0;   // the CPU's weights in the form of our kernels
  std::uint64_t context = 0;  // KV cache and recurrent states
  std::uint64_t compute = 0;
  std::uint64_t margin = 0;  // to leave free

  std::uint64_t bytes() const noexcept { return weights + panels + context + compute; }
};

/// What loading a model would take, and on which device. Pure arithmetic: nothing is loaded.
struct MemoryPlan {
  std::uint32_t context = 0;            // tokens
  std::uint32_t wanted_context = 0;     // more than `context` if memory limited it; 131072 at
                                        // most if the configuration did not ask
  bool holds_context = true;            // false: memory is too small for what was wanted
  std::uint32_t sequences = 0;          // requests that decode together
  std::uint32_t gpu_layers = 0;         // as llama.cpp counts: the output is a layer, too
  std::vector<DeviceShare> shares;      // the CPU first, then the GPUs that are used
  std::string why_not = {};             // empty: it fits
  std::vector<std::string> notes = {};  // what was reduced or left out, and why

  bool fits() const noexcept { return why_not.empty(); }
  std::uint64_t bytes() const noexcept;
};

/// How many bytes our kernels' panels may take of this much free memory. If they need more, there
/// are no panels.
std::uint64_t most_panels(std::uint64_t free_memory) noexcept;

/// Plans a model on these devices, among which must be the CPU. `gpu_layers` -1 = as many as fit,
/// split by free memory. The context is the configuration's, or the model's up to 131072 tokens, as
/// far as memory allows.
MemoryPlan plan_memory(const ModelMemory& model, const ModelConfig& config,
                       const std::vector<Device>& devices);

/// The same from the files of the model, its projector and its adapters, of which the headers are
/// read. Fails with InvalidModel for the first that is missing or damaged.
Result<MemoryPlan> plan_memory(const ModelConfig& config, const std::vector<Device>& devices);

/// How many bytes a model of this configuration is expected to take on this machine, over all
/// devices: by plan_memory for a GGUF file, its weights for a folder, as far as `isq` leaves them.
/// Reads headers only. Fails with InvalidModel.
Result<std::uint64_t> expected_memory(const ModelConfig& config);

}  // namespace pcai::fit
