#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "fit/device.h"
#include "platform/library.h"

namespace pcai::fit {

struct CpuOnly {};

struct SingleGpu {
  std::int32_t device_id = 0;
  std::string name;
  std::uint64_t vram_mb = 0;
};

struct GpuPart {
  std::int32_t device_id = 0;
  std::string name;
  std::uint64_t vram_mb = 0;
  double layer_fraction = 0;  // this GPU's share of the memory of all GPUs; the shares sum to 1
};

struct MultiGpu {
  std::vector<GpuPart> devices;
};

/// How this machine can compute. The names are fixed by the contract.
using GpuConfig = std::variant<CpuOnly, SingleGpu, MultiGpu>;

/// The configuration for these devices; only GPUs count.
GpuConfig gpu_config(const std::vector<Device>& devices);

/// The GPUs of this machine, from the drivers that are there: NVIDIA's, then Vulkan's for others.
/// Where there is no driver, or it fails, there are none; it never fails itself. Whether this build
/// of llama.cpp computes on them is another question (BackendCapabilities::supports_gpu).
std::vector<Device> find_gpus(const platform::DriverNames& names = platform::driver_names());

/// gpu_config(find_gpus()).
GpuConfig detect_gpus();

}  // namespace pcai::fit
