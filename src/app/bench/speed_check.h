#pragma once

#include <string>
#include <vector>

#include "app/health_check.h"
#include "app/settings/settings.h"
#include "core/result.h"
#include "platform/signals.h"

namespace pcai::app {

/// Measures what would make the model of these settings faster on this machine: our kernels, the
/// number of threads, the memory, the format of its weights. Each finding has the measured numbers,
/// and the advice the gain. Takes minutes; servers of its own run meanwhile, two at a time. Fails
/// as the model's choice and ServedProgram::start do, and with Cancelled after a signal.
Result<std::vector<HealthCheck>> check_speed(const Settings& settings, platform::Signals& signals);

}  // namespace pcai::app
