#include "backend/llamacpp/plan/lane.h"

#include <algorithm>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint32_t kLeastChunk = 8;   // prompt tokens in a step whose budget is used up
constexpr std::uint32_t kPromptsOnly = 4;  // budgets in a step in which nobody decodes

/// The place in `running` of who comes after `last`.
std::size_t next_turn(const std::vector<RequestId>& running, RequestId last) {
  const auto found = std::find(running.begin(), running.end(), last);
  return found == running.end() ? 0 : static_cast<std::size_t>(found - running.begin()) + 1;
}

bool is_alone(const PlannedRequests& requests) {
  return requests.running().size() == 1 && requests.waiting() == 0;
}

/// How many tokens a step of text may have, which holds those who decode already.
std::uint32_t set_limit(StepPlan& plan, const PlannedRequests& requests, std::uint32_t budget,
                        std::uint32_t max_batch) {
  if (!plan.items.empty() || requests.anybody_decodes()) {
    return std::min(std::max(budget, plan.tokens + kLeastChunk), max_batch);
  }
  const auto prompts = std::count_if(requests.running().begin(), requests.running().end(),
                                     [&](RequestId id) { return requests.at(id).has_text(); });
  if (prompts > 1) return std::min(budget * kPromptsOnly, max_batch);
  plan.gives_way = is_alone(requests);
  return max_batch;
}

/// How many of the request's next `count` tokens have a row of logits that is wanted.
std::uint32_t rows_in(const PlannedRequest& request, std::uint32_t count) {
  const std::uint32_t end = std::min(request.computed + count, request.rows);
  return end - std::min(end, request.next_row());
}

/// How many of its tokens a step can take that has room for so many rows.
std::uint32_t most_tokens(const PlannedRequest& request, std::uint32_t rows) {
  if (request.rows - request.next_row() <= rows) return request.text_pending();
  return request.next_row() - request.computed + rows;
}

void add_item(StepPlan& plan, RequestId id, const PlannedRequest& request, std::uint32_t count) {
  const SequenceText& text = request.text;
  const auto media = text.span_at(request.computed);
  plan.items.push_back(
      {.request = id,
       .sequence = request.sequence,
       .first = request.computed,
       .count = count,
       .output = count == request.pending(),
       .rows = rows_in(request, count),
       .first_row = request.next_row(),
       .position = text.position_of(media ? text.media[*media].first : request.computed),
       .media = media});
  plan.tokens += count;
  plan.rows += plan.items.back().rows;
  plan.cells += std::uint64_t{count} * request.computed + std::uint64_t{count} * (count + 1) / 2;
}

}  // namespace

void Lane::fill(StepPlan& plan, PlannedRequests& requests, std::uint32_t budget,
                const PlannerOptions& options) {
  const std::uint32_t max_batch = options.max_batch;
  if (media_is_next(requests)) {
    const bool decodes = requests.anybody_decodes();
    add_media(plan, requests, decodes ? std::clamp(budget, kLeastChunk, max_batch) : max_batch);
  }
  if (plan.items.empty()) {
    add_decodes(plan, requests);
    add_prompts(plan, requests, set_limit(plan, requests, budget, max_batch), options.max_rows);
  }
  media_last_ = !plan.items.empty() && plan.items.front().media.has_value();
  plan.adapters = adapters_;
}

/// Spans take turns with everything else, so that none of them stops those who decode for longer
/// than one step.
bool Lane::media_is_next(const PlannedRequests& requests) const {
  bool media = false;
  bool others = false;
  for (const RequestId id : requests.running()) {
    const PlannedRequest& request = requests.at(id);
    if (!holds(request)) continue;
    media = media || request.has_media();
    others = others || request.decodes() || request.has_text();
  }
  return media && (!others || !media_last_);
}

void Lane::add_media(StepPlan& plan, PlannedRequests& requests, std::uint32_t limit) {
  const std::vector<RequestId>& running = requests.running();
  const std::size_t first = next_turn(running, last_media_);
  for (std::size_t i = 0; i < running.size(); ++i) {
    const RequestId id = running[(first + i) % running.size()];
    const PlannedRequest& request = requests.at(id);
    if (!holds(request) || !request.has_media()) continue;
    const MediaSpan& span = request.text.media[*request.text.span_at(request.computed)];
    const std::uint32_t left = span.end() - request.computed;
    const std::uint32_t wanted = span.whole ? left : std::min(left, limit);
    requests.cache().make_room(wanted);
    const std::uint32_t count = std::min(wanted, requests.cache().free());
    if (count == 0 || (span.whole && count < wanted)) continue;
    plan.gives_way = !span.whole && is_alone(requests);
    add_item(plan, id, request, count);
    plan.has_prompt = true;
    last_media_ = id;
    return;
  }
}

void Lane::add_decodes(StepPlan& plan, PlannedRequests& requests) const {
  const std::vector<RequestId>& running = requests.running();  // preempting shortens it
  for (std::size_t i = 0; i < running.size(); ++i) {
    if (!holds(requests.at(running[i])) || !requests.at(running[i]).decodes()) continue;
    while (!requests.cache().make_room(plan.tokens + 1) && requests.preempt_youngest()) {
    }
    if (i >= running.size() || requests.cache().free() <= plan.tokens) continue;
    add_item(plan, running[i], requests.at(running[i]), 1);
  }
}

void Lane::add_prompts(StepPlan& plan, PlannedRequests& requests, std::uint32_t limit,
                       std::uint32_t max_rows) {
  const std::vector<RequestId>& running = requests.running();
  const std::size_t first = next_turn(running, last_turn_);
  for (std::size_t i = 0; i < running.size() && plan.tokens < limit; ++i) {
    const RequestId id = running[(first + i) % running.size()];
    const PlannedRequest& request = requests.at(id);
    if (!holds(request) || !request.has_text()) continue;
    const std::uint32_t wanted = std::min(
        {request.text_pending(), limit - plan.tokens, most_tokens(request, max_rows - plan.rows)});
    if (wanted == 0) continue;  // the step has no row left for it
    requests.cache().make_room(plan.tokens + wanted);
    const std::uint32_t count = std::min(wanted, requests.cache().free() - plan.tokens);
    if (count == 0) break;
    add_item(plan, id, request, count);
    plan.has_prompt = true;
    last_turn_ = id;
  }
}

}  // namespace pcai::backend::llamacpp
