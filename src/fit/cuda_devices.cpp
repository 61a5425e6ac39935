#include <algorithm>
#include <array>
#include <cstddef>

#include "fit/driver_devices.h"

namespace pcai::fit {
namespace {

constexpr int kSuccess = 0;  // of CUDA and of NVML
constexpr int kMaxDevices = 64;

/// The free memory of a GPU by its PCI address, from NVIDIA's management library.
class Management {
 public:
  explicit Management(const std::string& name)
      : library_(name),
        handle_by_address_(
            library_.function<int(const char*, void**)>("nvmlDeviceGetHandleByPciBusId_v2")),
        memory_info_(library_.function<int(void*, Memory*)>("nvmlDeviceGetMemoryInfo")),
        shutdown_(library_.function<int()>("nvmlShutdown")) {
    auto* const init = library_.function<int()>("nvmlInit_v2");
    is_usable_ = init != nullptr && handle_by_address_ != nullptr && memory_info_ != nullptr &&
                 init() == kSuccess;
  }
  Management(const Management&) = delete;
  Management& operator=(const Management&) = delete;
  ~Management() {
    if (is_usable_ && shutdown_ != nullptr) shutdown_();
  }

  /// 0 where it does not say.
  std::uint64_t free_memory(const char* address) const {
    void* device = nullptr;
    Memory memory = {};
    if (!is_usable_ || handle_by_address_(address, &device) != kSuccess ||
        memory_info_(device, &memory) != kSuccess) {
      return 0;
    }
    return memory.free;
  }

 private:
  struct Memory {  // nvmlMemory_t
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
  };

  platform::Library library_;
  int (*handle_by_address_)(const char*, void**);
  int (*memory_info_)(void*, Memory*);
  int (*shutdown_)();
  bool is_usable_ = false;
};

}  // namespace

std::vector<Device> cuda_devices(const platform::DriverNames& names) {
  const platform::Library driver(names.cuda);
  auto* const init = driver.function<int(unsigned)>("cuInit");
  auto* const count = driver.function<int(int*)>("cuDeviceGetCount");
  auto* const get = driver.function<int(int*, int)>("cuDeviceGet");
  auto* const name_of = driver.function<int(char*, int, int)>("cuDeviceGetName");
  auto* const total = driver.function<int(std::size_t*, int)>("cuDeviceTotalMem_v2");
  auto* const address_of = driver.function<int(char*, int, int)>("cuDeviceGetPCIBusId");
  int devices = 0;
  if (init == nullptr || count == nullptr || get == nullptr || name_of == nullptr ||
      total == nullptr || init(0) != kSuccess || count(&devices) != kSuccess) {
    return {};
  }
  const Management management(names.nvml);
  std::vector<Device> found;
  for (int i = 0; i < std::min(devices, kMaxDevices); ++i) {
    int handle = 0;
    std::array<char, 256> text{};
    std::size_t bytes = 0;
    if (get(&handle, i) != kSuccess ||
        name_of(text.data(), static_cast<int>(text.size()) - 1, handle) != kSuccess ||
        total(&bytes, handle) != kSuccess) {
      continue;
    }
    std::array<char, 64> address{};
    const bool has_address =
        address_of != nullptr &&
        address_of(address.data(), static_cast<int>(address.size()) - 1, handle) == kSuccess;
    found.push_back({.name = text.data(),
                     .kind = DeviceKind::Gpu,
                     .index = i,
                     .memory_total = bytes,
                     .memory_free = has_address ? management.free_memory(address.data()) : 0,
                     .driver = "cuda"});
  }
  return found;
}

}  // namespace pcai::fit
