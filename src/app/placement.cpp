#include "app/placement.h"

#include "app/backends.h"
#include "fit/gpu_config.h"

namespace pcai {
namespace {

bool computes_on_gpus() {
  const BackendRegistry registry = all_backends();
  for (const BackendEntry& entry : registry.entries()) {
    if (entry.create && entry.descriptor.capabilities.supports_gpu) return true;
  }
  return false;
}

KernelUse kernel_use(const std::string& name) {
  return name == "off" ? KernelUse::Off : KernelUse::Auto;
}

}  // namespace

std::vector<Device> usable_devices() {
  std::vector<Device> devices = {cpu_device()};
  if (computes_on_gpus()) {
    for (Device& gpu : find_gpus()) devices.push_back(std::move(gpu));
  }
  return devices;
}

Result<MemoryPlan> place_model(const FoundModel& model, const Settings& settings,
                               const std::vector<Device>& devices) {
  if (model.error) return fail(*model.error);
  ModelConfig config = {.model_path = model.path,
                        .gpu_layers = static_cast<std::int32_t>(settings.gpu_layers),
                        .batch_size = static_cast<std::uint32_t>(settings.batch_size),
                        .max_sequences = static_cast<std::uint32_t>(settings.max_sequences),
                        .kernels = kernel_use(settings.kernels)};
  if (settings.context > 0) config.context_length = static_cast<std::uint32_t>(settings.context);
  return read_model_memory(model.path).map([&](const ModelMemory& needs) {
    return plan_memory(needs, config, devices);
  });
}

}  // namespace pcai
