#include <utility>

#include "capi/abi/handles.h"
#include "capi/abi/struct_size.h"
#include "fit/device.h"
#include "fit/gpu_config.h"
#include "platform/processors.h"

using namespace pcai;
using namespace pcai::capi;

extern "C" {

pcai_status pcai_devices_list(pcai_devices** devices, pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (devices == nullptr) return refuse_null("devices");
    *devices = nullptr;
    auto list = std::make_unique<pcai_devices>();
    const pcai::fit::Device found = pcai::fit::cpu_device();
    pcai_device_info cpu{};
    cpu.kind = PCAI_DEVICE_CPU;
    cpu.cores = platform::usable_processors();
    cpu.name = list->texts.keep(found.name);
    cpu.memory_total_bytes = found.memory_total;
    cpu.memory_free_bytes = found.memory_free;
    list->infos.push_back(cpu);
    for (const pcai::fit::Device& device : pcai::fit::find_gpus()) {
      pcai_device_info gpu{};
      gpu.kind = PCAI_DEVICE_GPU;
      gpu.index = device.index;
      gpu.name = list->texts.keep(device.name);
      gpu.memory_total_bytes = device.memory_total;
      gpu.memory_free_bytes = device.memory_free;
      list->infos.push_back(gpu);
    }
    *devices = list.release();
    return {};
  });
}

uint64_t pcai_devices_count(const pcai_devices* devices) {
  return devices == nullptr ? 0 : devices->infos.size();
}

pcai_status pcai_devices_get(const pcai_devices* devices, uint64_t index, pcai_device_info* info,
                             pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (devices == nullptr) return refuse_null("devices");
    return write_item(devices->infos, index, info);
  });
}

void pcai_devices_free(pcai_devices** devices) {
  if (devices != nullptr) delete std::exchange(*devices, nullptr);
}

}  // extern "C"
