#include <algorithm>
#include <cstddef>
#include <cstring>

#include "fit/driver_devices.h"

namespace pcai::fit {
namespace {

// What is needed of vulkan_core.h, which is not needed to build: its layout never changes.
using Handle = void*;
constexpr std::uint32_t kVersion1_1 = (1U << 22) | (1U << 12);
constexpr std::uint32_t kNvidia = 0x10DE;
constexpr std::uint32_t kSoftware = 4;  // VK_PHYSICAL_DEVICE_TYPE_CPU
constexpr std::uint32_t kDeviceLocal = 1;
constexpr std::uint32_t kMaxDevices = 64;
constexpr std::uint32_t kMaxHeaps = 16;

struct ApplicationInfo {
  std::uint32_t type = 0;
  const void* next = nullptr;
  const char* name = "pcai";
  std::uint32_t version = 0;
  const char* engine = nullptr;
  std::uint32_t engine_version = 0;
  std::uint32_t api_version = kVersion1_1;
};

struct InstanceInfo {
  std::uint32_t type = 1;
  const void* next = nullptr;
  std::uint32_t flags = 0;
  const ApplicationInfo* application = nullptr;
  std::uint32_t layer_count = 0;
  const char* const* layers = nullptr;
  std::uint32_t extension_count = 0;
  const char* const* extensions = nullptr;
};

struct Properties {
  std::uint32_t api_version;
  std::uint32_t driver_version;
  std::uint32_t vendor;
  std::uint32_t device;
  std::uint32_t type;
  char name[256];
  char rest[4096];  // 552 bytes of identifiers and limits, and room
};

struct MemoryBudget {
  std::uint32_t type = 1000237000;
  void* next = nullptr;
  std::uint64_t budget[kMaxHeaps] = {};
  std::uint64_t usage[kMaxHeaps] = {};
};

struct MemoryHeap {
  std::uint64_t size;
  std::uint32_t flags;
};

struct MemoryProperties {
  std::uint32_t type = 1000059006;
  void* next = nullptr;
  std::uint32_t type_count = 0;
  std::uint32_t types[32][2] = {};
  std::uint32_t heap_count = 0;
  MemoryHeap heaps[kMaxHeaps] = {};
};

}  // namespace

std::vector<Device> vulkan_devices(const platform::DriverNames& names, bool without_nvidia) {
  const platform::Library loader(names.vulkan);
  auto* const create =
      loader.function<int(const InstanceInfo*, const void*, Handle*)>("vkCreateInstance");
  auto* const destroy = loader.function<void(Handle, const void*)>("vkDestroyInstance");
  auto* const list =
      loader.function<int(Handle, std::uint32_t*, Handle*)>("vkEnumeratePhysicalDevices");
  auto* const describe =
      loader.function<void(Handle, Properties*)>("vkGetPhysicalDeviceProperties");
  auto* const measure =
      loader.function<void(Handle, MemoryProperties*)>("vkGetPhysicalDeviceMemoryProperties2");
  if (create == nullptr || destroy == nullptr || list == nullptr || describe == nullptr ||
      measure == nullptr) {
    return {};
  }
  const ApplicationInfo application;
  const InstanceInfo info = {.application = &application};
  Handle instance = nullptr;
  if (create(&info, nullptr, &instance) != 0) return {};
  std::uint32_t count = kMaxDevices;
  std::vector<Handle> handles(count);
  // 5 = there are more than were asked for.
  const int status = list(instance, &count, handles.data());
  if (status != 0 && status != 5) count = 0;
  std::vector<Device> found;
  for (std::uint32_t i = 0; i < std::min(count, kMaxDevices); ++i) {
    Properties properties{};
    describe(handles[i], &properties);
    if (properties.type == kSoftware || (without_nvidia && properties.vendor == kNvidia)) continue;
    MemoryBudget budget;
    MemoryProperties memory;
    memory.next = &budget;
    measure(handles[i], &memory);
    properties.name[sizeof properties.name - 1] = '\0';
    Device device = {.name = properties.name,
                     .kind = DeviceKind::Gpu,
                     .index = static_cast<std::int32_t>(found.size()),
                     .driver = "vulkan"};
    for (std::uint32_t heap = 0; heap < std::min(memory.heap_count, kMaxHeaps); ++heap) {
      if ((memory.heaps[heap].flags & kDeviceLocal) == 0) continue;
      device.memory_total += memory.heaps[heap].size;
      if (budget.budget[heap] > budget.usage[heap]) {
        device.memory_free += budget.budget[heap] - budget.usage[heap];
      }
    }
    found.push_back(std::move(device));
  }
  destroy(instance, nullptr);
  return found;
}

}  // namespace pcai::fit
