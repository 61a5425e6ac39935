#include "fit/device.h"

#include "platform/memory.h"
#include "platform/processors.h"

namespace pcai::fit {

std::string_view to_string(DeviceKind kind) noexcept {
  return kind == DeviceKind::Gpu ? "gpu" : "cpu";
}

Device cpu_device() {
  const platform::Memory memory = platform::usable_memory();
  return {
      .name = platform::processor_name(), .memory_total = memory.total, .memory_free = memory.free};
}

}  // namespace pcai::fit
