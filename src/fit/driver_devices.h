#pragma once

#include <vector>

#include "fit/device.h"
#include "fit/driver_library.h"

namespace pcai {

/// The GPUs that NVIDIA's driver reports, in its order. Empty if there is no driver or it fails.
/// Needs no CUDA toolkit and creates no context.
std::vector<Device> cuda_devices(const DriverNames& names);

/// The GPUs that Vulkan's loader reports, without software renderers. `without_nvidia` leaves out
/// NVIDIA's, because cuda_devices has them.
std::vector<Device> vulkan_devices(const DriverNames& names, bool without_nvidia);

}  // namespace pcai
