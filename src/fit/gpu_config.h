#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "fit/device.h"
#include "fit/driver_library.h"

namespace pcai {

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

/// The GPUs of this machine that the installed drivers report: NVIDIA's first, then Vulkan's for
/// the others. Empty if there is no driver or it fails; the function itself never fails. It does
/// not say whether this build of llama.cpp computes on them (BackendCapabilities::supports_gpu).
std::vector<Device> find_gpus(const DriverNames& names = {});

/// gpu_config(find_gpus()).
GpuConfig detect_gpus();

}  // namespace pcai
