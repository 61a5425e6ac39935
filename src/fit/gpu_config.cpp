#include "fit/gpu_config.h"

#include "fit/driver_devices.h"

namespace pcai::fit {

GpuConfig gpu_config(const std::vector<Device>& devices) {
  MultiGpu gpus;
  double all = 0;
  for (const Device& device : devices) {
    if (device.kind != DeviceKind::Gpu) continue;
    gpus.devices.push_back({device.index, device.name, device.memory_total >> 20});
    all += static_cast<double>(device.memory_total);
  }
  if (gpus.devices.empty()) return CpuOnly{};
  if (gpus.devices.size() == 1) {
    GpuPart& gpu = gpus.devices.front();
    return SingleGpu{gpu.device_id, std::move(gpu.name), gpu.vram_mb};
  }
  std::size_t next = 0;
  for (const Device& device : devices) {
    if (device.kind != DeviceKind::Gpu) continue;
    gpus.devices[next++].layer_fraction = all > 0 ? static_cast<double>(device.memory_total) / all
                                                  : 1.0 / static_cast<double>(gpus.devices.size());
  }
  return gpus;
}

std::vector<Device> find_gpus(const platform::DriverNames& names) {
  std::vector<Device> gpus = cuda_devices(names);
  for (Device& gpu : vulkan_devices(names, !gpus.empty())) {
    gpu.index = static_cast<std::int32_t>(gpus.size());
    gpus.push_back(std::move(gpu));
  }
  for (Device& gpu : gpus) {
    if (gpu.memory_free == 0) gpu.memory_free = gpu.memory_total;  // it does not say
  }
  return gpus;
}

GpuConfig detect_gpus() {
  return gpu_config(find_gpus());
}

}  // namespace pcai::fit
