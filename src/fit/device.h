#pragma once

#include <cstdint>
#include <string>

namespace pcai::fit {

enum class DeviceKind : std::uint8_t { Cpu, Gpu };

/// "cpu", "gpu".
std::string_view to_string(DeviceKind kind) noexcept;

/// A device that models can run on, as plain data. Bytes; 0 = the system does not say.
struct Device {
  std::string name;
  DeviceKind kind = DeviceKind::Cpu;
  std::int32_t index = 0;  // among the GPUs, as ModelConfig::gpu_devices counts; 0 for the CPU
  std::uint64_t memory_total = 0;
  std::uint64_t memory_free = 0;
  std::string driver = {};  // "cuda", "vulkan"; empty for the CPU
};

/// The processor and its memory. Free is what can be had without swapping, and within the limits
/// that are set for this process.
Device cpu_device();

}  // namespace pcai::fit
