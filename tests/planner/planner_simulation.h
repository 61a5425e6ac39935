#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "backend/llamacpp/plan/batch_planner.h"

namespace pcai::backend::llamacpp {

/// Changes a plan before it is carried out: a planner with a fault.
using Fault = std::function<void(StepPlan&)>;

struct SimulationResult {
  std::string violation;  // the first invariant that broke, "" = none
  std::uint32_t steps = 0;
  std::uint32_t requests = 0;
  std::uint64_t preemptions = 0;
  std::uint32_t copies = 0;
  std::uint32_t aborts = 0;
  std::uint32_t adapter_changes = 0;  // from a step to the next
  std::uint32_t rows = 0;             // of logits, of scored prompts
};

/// Plays one random schedule (requests of a few families and adapters, cancels, aborted steps, a
/// small cache) against a naive model of the KV cache and checks every invariant after every step.
/// The same seed plays the same schedule.
SimulationResult simulate(std::uint64_t seed, const Fault& fault = {});

}  // namespace pcai::backend::llamacpp
