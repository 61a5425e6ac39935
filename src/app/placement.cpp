#include "app/placement.h"

#include "app/backends.h"
#include "backend/load_options.h"
#include "engine/backends.h"
#include "fit/gpu_config.h"

namespace pcai {
namespace {

bool computes_on_gpus() {
  for (const BackendEntry& entry : all_backends().entries()) {
    if (entry.create && entry.descriptor.capabilities.supports_gpu) return true;
  }
  return false;
}

/// As the engine does before a load. Where no backend can be used there is nobody to ask.
Status check_backend(const ModelSpec& spec) {
  const BackendRegistry& registry = all_backends();
  const Result<std::string> name = choose_backend(registry, spec);
  if (!name) return name.error().code == ErrorCode::Unsupported ? Status() : fail(name.error());
  const BackendEntry* const entry = registry.entry(*name);
  return entry == nullptr ? Status() : check_options(spec.config, entry->descriptor, registry);
}

}  // namespace

std::vector<Device> usable_devices() {
  std::vector<Device> devices = {cpu_device()};
  if (computes_on_gpus()) {
    for (Device& gpu : find_gpus()) devices.push_back(std::move(gpu));
  }
  return devices;
}

Result<MemoryPlan> place_model(const ModelSpec& spec, const std::vector<Device>& devices) {
  if (Status status = check_backend(spec); !status) return fail(status.error());
  return plan_memory(spec.config, devices);
}

}  // namespace pcai
