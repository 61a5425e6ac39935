#include "app/choice/placement.h"

#include "app/backends.h"
#include "backend/load_options.h"
#include "engine/models/backends.h"
#include "fit/gpu_config.h"

namespace pcai::app {
namespace {

bool computes_on_gpus() {
  for (const backend::BackendEntry& entry : all_backends().entries()) {
    if (entry.create && entry.descriptor.capabilities.supports_gpu) return true;
  }
  return false;
}

/// As the engine does before a load. Where no backend can be used there is nobody to ask.
Status check_backend(const ModelSpec& spec) {
  const backend::BackendRegistry& registry = all_backends();
  const Result<std::string> name = engine::choose_backend(registry, spec);
  if (!name) return name.error().code == ErrorCode::Unsupported ? Status() : fail(name.error());
  const backend::BackendEntry* const entry = registry.entry(*name);
  return entry == nullptr ? Status()
                          : backend::check_options(spec.config, entry->descriptor, registry);
}

}  // namespace

std::vector<fit::Device> usable_devices() {
  std::vector<fit::Device> devices = {fit::cpu_device()};
  if (computes_on_gpus()) {
    for (fit::Device& gpu : fit::find_gpus()) devices.push_back(std::move(gpu));
  }
  return devices;
}

Result<fit::MemoryPlan> place_model(const ModelSpec& spec,
                                    const std::vector<fit::Device>& devices) {
  if (Status status = check_backend(spec); !status) return fail(status.error());
  return fit::plan_memory(spec.config, devices);
}

}  // namespace pcai::app
