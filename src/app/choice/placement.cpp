#include "app/choice/placement.h"

#include "app/backends.h"
#include "fit/gpu_config.h"

namespace pcai::app {
namespace {

bool computes_on_gpus() {
  const backend::BackendRegistry registry = all_backends();
  for (const backend::BackendEntry& entry : registry.entries()) {
    if (entry.create && entry.descriptor.capabilities.supports_gpu) return true;
  }
  return false;
}

KernelUse kernel_use(const std::string& name) {
  return name == "off" ? KernelUse::Off : KernelUse::Auto;
}

}  // namespace

std::vector<fit::Device> usable_devices() {
  std::vector<fit::Device> devices = {fit::cpu_device()};
  if (computes_on_gpus()) {
    for (fit::Device& gpu : fit::find_gpus()) devices.push_back(std::move(gpu));
  }
  return devices;
}

Result<fit::MemoryPlan> place_model(const models::FoundModel& model, const Settings& settings,
                                    const std::vector<fit::Device>& devices) {
  if (model.error) return fail(*model.error);
  ModelConfig config = {.model_path = model.path,
                        .gpu_layers = static_cast<std::int32_t>(settings.gpu_layers),
                        .batch_size = static_cast<std::uint32_t>(settings.batch_size),
                        .max_sequences = static_cast<std::uint32_t>(settings.max_sequences),
                        .kernels = kernel_use(settings.kernels)};
  if (settings.context > 0) config.context_length = static_cast<std::uint32_t>(settings.context);
  return fit::read_model_memory(model.path).map([&](const fit::ModelMemory& needs) {
    return fit::plan_memory(needs, config, devices);
  });
}

}  // namespace pcai::app
