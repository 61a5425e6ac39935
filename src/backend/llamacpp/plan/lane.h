#pragma once

#include <cstdint>
#include <utility>

#include "backend/llamacpp/plan/planned_requests.h"
#include "backend/llamacpp/plan/step_plan.h"

namespace pcai::backend::llamacpp {

/// The running requests of one choice of adapters, which alone can be in a step together. Each lane
/// has its own turns, or who comes next in one would depend on the steps of another.
class Lane {
 public:
  explicit Lane(AdapterScales adapters) : adapters_(std::move(adapters)) {}

  bool holds(const PlannedRequest& request) const { return request.text.adapters == adapters_; }

  /// Fills an empty step, up to `budget` tokens where somebody decodes and `max_batch` elsewhere,
  /// with at most `max_rows` rows. Evicts and preempts where cells are missing; leaves the step
  /// empty where nothing fits.
  void fill(StepPlan& plan, PlannedRequests& requests, std::uint32_t budget,
            const PlannerOptions& options);

 private:
  bool media_is_next(const PlannedRequests& requests) const;
  void add_media(StepPlan& plan, PlannedRequests& requests, std::uint32_t limit);
  void add_decodes(StepPlan& plan, PlannedRequests& requests) const;
  void add_prompts(StepPlan& plan, PlannedRequests& requests, std::uint32_t limit,
                   std::uint32_t max_rows);

  AdapterScales adapters_;
  RequestId last_turn_ = 0;   // who got the last chunk of a prompt; the next one is first
  RequestId last_media_ = 0;  // the same for spans
  bool media_last_ = false;   // its last step was a span's: the others are next
};

}  // namespace pcai::backend::llamacpp
