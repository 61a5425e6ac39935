#pragma once

#include <vector>

#include "app/settings/settings.h"
#include "fit/memory_plan.h"
#include "models/found_model.h"

namespace pcai::app {

/// The devices that this build of llama.cpp computes on: the CPU, and the GPUs where it can.
std::vector<fit::Device> usable_devices();

/// How a found model would be loaded by `settings`, and where; the error that it has, or what its
/// header lacks.
Result<fit::MemoryPlan> place_model(const models::FoundModel& model, const Settings& settings,
                                    const std::vector<fit::Device>& devices);

}  // namespace pcai::app
