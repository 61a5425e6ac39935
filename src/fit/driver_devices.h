#pragma once

#include <vector>

#include "fit/device.h"
#include "platform/library.h"

namespace pcai::fit {

/// The GPUs that NVIDIA's driver knows, in its order; empty where there is no driver or it fails.
/// Needs no CUDA toolkit and makes no context.
std::vector<Device> cuda_devices(const platform::DriverNames& names);

/// The GPUs that Vulkan's loader knows, software renderers left out. With `without_nvidia` those of
/// NVIDIA are left out, too, because cuda_devices has them.
std::vector<Device> vulkan_devices(const platform::DriverNames& names, bool without_nvidia);

}  // namespace pcai::fit
