// The functions that find_gpus calls in the drivers' libraries, over GPUs that a test makes up:
// $PCAI_TEST_GPUS is "name/total MiB/free MiB;…", and $PCAI_TEST_DRIVER_FAILS names one that fails.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Gpu {
  std::string name;
  std::uint64_t total = 0;
  std::uint64_t free = 0;
};

std::vector<Gpu> gpus() {
  std::vector<Gpu> found;
  const char* const text = std::getenv("PCAI_TEST_GPUS");
  std::istringstream list(text == nullptr ? "" : text);
  for (std::string entry; std::getline(list, entry, ';');) {
    Gpu gpu;
    std::istringstream fields(entry);
    std::getline(fields, gpu.name, '/');
    char slash = 0;
    fields >> gpu.total >> slash >> gpu.free;
    gpu.total <<= 20;
    gpu.free <<= 20;
    found.push_back(gpu);
  }
  return found;
}

int status(const char* function) {
  const char* const failing = std::getenv("PCAI_TEST_DRIVER_FAILS");
  return failing != nullptr && std::strcmp(failing, function) == 0 ? 999 : 0;
}

std::size_t number(void* handle) {
  return reinterpret_cast<std::uintptr_t>(handle) - 1;
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT int cuInit(unsigned) {
  return status("cuInit");
}
EXPORT int cuDeviceGetCount(int* count) {
  *count = static_cast<int>(gpus().size());
  return status("cuDeviceGetCount");
}
EXPORT int cuDeviceGet(int* device, int index) {
  *device = index + 100;
  return 0;
}
EXPORT int cuDeviceGetName(char* text, int size, int device) {
  std::snprintf(text, static_cast<std::size_t>(size), "%s",
                gpus()[static_cast<std::size_t>(device) - 100].name.c_str());
  return 0;
}
EXPORT int cuDeviceTotalMem_v2(std::size_t* bytes, int device) {
  *bytes = gpus()[static_cast<std::size_t>(device) - 100].total;
  return 0;
}
EXPORT int cuDeviceGetPCIBusId(char* text, int size, int device) {
  std::snprintf(text, static_cast<std::size_t>(size), "0000:%02x:00.0", device - 100);
  return 0;
}

EXPORT int nvmlInit_v2() {
  return status("nvmlInit_v2");
}
EXPORT int nvmlShutdown() {
  return 0;
}
EXPORT int nvmlDeviceGetHandleByPciBusId_v2(const char* address, void** device) {
  *device = reinterpret_cast<void*>(std::strtoul(address + 5, nullptr, 16) + 1);
  return 0;
}
EXPORT int nvmlDeviceGetMemoryInfo(void* device, unsigned long long* memory) {
  const Gpu gpu = gpus()[number(device)];
  memory[0] = gpu.total;
  memory[1] = gpu.free;
  memory[2] = gpu.total - gpu.free;
  return 0;
}

EXPORT int vkCreateInstance(const void*, const void*, void** instance) {
  *instance = instance;
  return status("vkCreateInstance");
}
EXPORT void vkDestroyInstance(void*, const void*) {}
EXPORT int vkEnumeratePhysicalDevices(void*, std::uint32_t* count, void** devices) {
  const auto size = static_cast<std::uint32_t>(gpus().size());
  *count = std::min(*count, size);
  for (std::uintptr_t i = 0; i < *count; ++i) devices[i] = reinterpret_cast<void*>(i + 1);
  return 0;
}
EXPORT void vkGetPhysicalDeviceProperties(void* device, std::uint32_t* properties) {
  const std::string name = gpus()[number(device)].name;
  properties[2] = name.starts_with("NVIDIA") ? 0x10DE : 0x1002;
  properties[4] = name == "llvmpipe" ? 4 : 2;
  std::memcpy(properties + 5, name.c_str(), name.size() + 1);
}
EXPORT void vkGetPhysicalDeviceMemoryProperties2(void* device, char* properties) {
  // By the offsets of the specification, apart from the structs under test.
  const Gpu gpu = gpus()[number(device)];
  const std::uint32_t heaps = 2;
  std::memcpy(properties + 16 + 260, &heaps, 4);
  const std::uint64_t sizes[] = {std::uint64_t{64} << 30, 0, gpu.total, 1};
  std::memcpy(properties + 16 + 264, sizes, sizeof sizes);
  char* budget = nullptr;
  std::memcpy(&budget, properties + 8, sizeof budget);
  const std::uint64_t used = gpu.total - gpu.free;
  std::memcpy(budget + 16 + 8, &gpu.total, 8);
  std::memcpy(budget + 16 + 16 * 8 + 8, &used, 8);
}
