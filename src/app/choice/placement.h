#pragma once

#include <vector>

#include "core/model.h"
#include "core/result.h"
#include "fit/memory_plan.h"

namespace pcai::app {

/// The devices that this build of llama.cpp computes on: the CPU, and the GPUs where it can.
std::vector<fit::Device> usable_devices();

/// Where a model would be loaded, with its projector and adapters. Fails with InvalidModel for a
/// file that is missing or damaged, and as check_options does.
Result<fit::MemoryPlan> place_model(const ModelSpec& spec, const std::vector<fit::Device>& devices);

}  // namespace pcai::app
