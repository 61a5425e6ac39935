#include "backend/llamacpp/load/gpu_placement.h"

#include <ggml-backend.h>

#include <algorithm>
#include <string>

namespace pcai::backend::llamacpp {
namespace {

std::vector<ggml_backend_dev_t> handles_of(enum ggml_backend_dev_type type) {
  std::vector<ggml_backend_dev_t> handles;
  for (std::size_t i = 0; i < ggml_backend_dev_count(); ++i) {
    const ggml_backend_dev_t handle = ggml_backend_dev_get(i);
    if (ggml_backend_dev_type(handle) == type) handles.push_back(handle);
  }
  return handles;
}

/// As llama.cpp chooses: one that is part of the processor only where there is no other.
std::vector<ggml_backend_dev_t> gpu_handles() {
  std::vector<ggml_backend_dev_t> handles = handles_of(GGML_BACKEND_DEVICE_TYPE_GPU);
  return handles.empty() ? handles_of(GGML_BACKEND_DEVICE_TYPE_IGPU) : handles;
}

}  // namespace

std::vector<fit::Device> compute_devices() {
  std::vector<fit::Device> devices = {fit::cpu_device()};
  for (const ggml_backend_dev_t handle : gpu_handles()) {
    fit::Device gpu{.name = ggml_backend_dev_description(handle),
                    .kind = fit::DeviceKind::Gpu,
                    .index = static_cast<std::int32_t>(devices.size()) - 1,
                    .driver = ggml_backend_dev_name(handle)};
    std::size_t free = 0;
    std::size_t total = 0;
    ggml_backend_dev_memory(handle, &free, &total);
    gpu.memory_free = free;
    gpu.memory_total = total;
    devices.push_back(std::move(gpu));
  }
  return devices;
}

Result<GpuPlacement> GpuPlacement::plan(const fit::ModelMemory& needs, const ModelConfig& config,
                                        const std::vector<fit::Device>& devices) {
  const auto gpus = std::count_if(devices.begin(), devices.end(), [](const fit::Device& device) {
    return device.kind == fit::DeviceKind::Gpu;
  });
  for (const std::int32_t wanted : config.gpu_devices.value_or(std::vector<std::int32_t>())) {
    if (wanted >= 0 && wanted < gpus) continue;
    return fail(ErrorCode::InvalidRequest,
                "gpu_devices: there is no GPU " + std::to_string(wanted) +
                    "; number of GPUs that llama.cpp finds: " + std::to_string(gpus),
                "gpu_devices");
  }
  GpuPlacement placement;
  if (gpus == 0) return placement;
  const fit::MemoryPlan plan = fit::plan_memory(needs, config, devices);
  placement.gpu_layers_ = static_cast<std::int32_t>(plan.gpu_layers);
  double all = 0;
  for (const fit::DeviceShare& share : plan.shares) {
    if (share.device.kind == fit::DeviceKind::Gpu)
      all += static_cast<double>(share.device.memory_free);
  }
  for (const fit::DeviceShare& share : plan.shares) {
    if (share.device.kind != fit::DeviceKind::Gpu) continue;
    placement.gpus_.push_back(share.device.index);
    placement.split_.push_back(
        all > 0 ? static_cast<float>(static_cast<double>(share.device.memory_free) / all) : 0);
  }
  const std::vector<ggml_backend_dev_t> handles = gpu_handles();
  for (const std::int32_t gpu : placement.gpus_) {
    const auto index = static_cast<std::size_t>(gpu);
    if (index < handles.size()) placement.handles_.push_back(handles[index]);
  }
  placement.handles_.push_back(nullptr);
  placement.split_.resize(std::max(placement.split_.size(), llama_max_devices()));
  return placement;
}

void GpuPlacement::apply(llama_model_params& params) const {
  params.n_gpu_layers = gpu_layers_;
  if (gpu_layers_ == 0) return;
  // llama.cpp takes the list as it is given, and only reads it.
  params.devices = const_cast<ggml_backend_dev_t*>(handles_.data());
  params.tensor_split = split_.data();
}

}  // namespace pcai::backend::llamacpp
