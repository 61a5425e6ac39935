#include "backend/llamacpp/plan/batch_planner.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace pcai::backend::llamacpp {

BatchPlanner::BatchPlanner(PlannerOptions options) : options_(options), requests_(options) {
  assert(options.max_running + (options.share_prefixes ? 1 : 0) <= options.max_sequences);
  assert(options.max_running <= options.max_batch);
}

void BatchPlanner::add(RequestId request, std::vector<Token> prompt, std::string scope,
                       std::vector<MediaSpan> media, AdapterScales adapters, bool scored) {
  assert(!prompt.empty() && prompt.size() < options_.cells);
  assert(!scored || (media.empty() && options_.max_rows > 0));
  const auto rows = scored ? static_cast<std::uint32_t>(prompt.size() - 1) : 0;
  requests_.add(request,
                {.tokens = std::move(prompt),
                 .scope = std::move(scope),
                 .media = std::move(media),
                 .adapters = std::move(adapters)},
                rows);
}

StepOutlook BatchPlanner::outlook() const {
  StepOutlook outlook;
  for (const RequestId id : requests_.running()) {
    const PlannedRequest& request = requests_.at(id);
    if (request.decodes()) {
      ++outlook.decoding;
      outlook.decoding_cells += request.computed + 1;
    } else if (request.has_text()) {
      outlook.prompt_cells = std::max(outlook.prompt_cells, request.computed);
    }
  }
  return outlook;
}

StepPlan BatchPlanner::plan(std::uint32_t budget) {
  StepPlan plan;
  std::uint64_t preemptions = 0;
  do {
    preemptions = requests_.preemptions();
    requests_.admit();
    requests_.follow_leaders();
    open_lanes();
    for (std::size_t i = 0; i < lanes_.size() && plan.items.empty(); ++i) {
      lanes_[i].fill(plan, requests_, budget, options_);
      if (plan.items.empty()) continue;
      const auto served = lanes_.begin() + static_cast<std::ptrdiff_t>(i);
      std::rotate(served, served + 1, lanes_.end());
    }
    // Nothing fits though somebody runs: prompts together hold all cells. One must give way. Who
    // has done so already has left its turn to the others.
  } while (plan.items.empty() &&
           (requests_.preemptions() > preemptions || requests_.preempt_youngest()));
  plan.memory = requests_.cache().take_operations();
  return plan;
}

/// A lane that a newcomer opens comes after all others, so that none of them waits for more steps
/// than there were lanes before it.
void BatchPlanner::open_lanes() {
  const std::vector<RequestId>& running = requests_.running();
  std::erase_if(lanes_, [&](const Lane& lane) {
    return std::none_of(running.begin(), running.end(),
                        [&](RequestId id) { return lane.holds(requests_.at(id)); });
  });
  for (const RequestId id : running) {
    const PlannedRequest& request = requests_.at(id);
    if (std::none_of(lanes_.begin(), lanes_.end(),
                     [&](const Lane& lane) { return lane.holds(request); })) {
      lanes_.emplace_back(request.text.adapters);
    }
  }
}

void BatchPlanner::computed(const StepPlan& plan) {
  for (const StepItem& item : plan.items) {
    if (!requests_.contains(item.request)) continue;
    requests_.set_computed(item.request, item.first + item.count);
    if (item.rows > 0) requests_.set_scored(item.request, item.first_row + item.rows);
  }
}

void BatchPlanner::aborted(const StepPlan& plan, const std::vector<std::uint32_t>& lengths) {
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    const StepItem& item = plan.items[i];
    if (!requests_.contains(item.request)) continue;
    requests_.set_computed(item.request, std::min(lengths[i], item.first + item.count));
  }
}

bool BatchPlanner::no_room(const StepPlan&) {
  bool evicted = false;
  while (requests_.cache().evict()) evicted = true;
  return evicted || requests_.preempt_youngest();
}

}  // namespace pcai::backend::llamacpp
