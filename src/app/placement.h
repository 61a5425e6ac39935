#pragma once

#include <vector>

#include "app/settings.h"
#include "fit/memory_plan.h"
#include "models/found_model.h"

namespace pcai {

/// The devices that this build of llama.cpp computes on: the CPU, and the GPUs where it can.
std::vector<Device> usable_devices();

/// How a found model would be loaded by `settings`, and where; the error that it has, or what its
/// header lacks.
Result<MemoryPlan> place_model(const FoundModel& model, const Settings& settings,
                               const std::vector<Device>& devices);

}  // namespace pcai
