#include "backend/llamacpp/plan/planned_requests.h"

#include <algorithm>
#include <utility>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint32_t kGrowth = 16;  // cells kept for each running request to grow into

}  // namespace

std::uint32_t PlannedRequest::text_pending() const {
  for (const MediaSpan& span : text.media) {
    if (span.first > computed) return span.first - computed;
  }
  return pending();
}

PlannedRequests::PlannedRequests(const PlannerOptions& options)
    : max_running_(options.max_running),
      share_prefixes_(options.share_prefixes),
      cache_(options.cells, options.max_sequences) {}

void PlannedRequests::add(RequestId id, SequenceText text, std::uint32_t rows) {
  requests_[id] = {.text = std::move(text), .rows = rows};
  waiting_.push_back(id);
}

void PlannedRequests::finish(RequestId id, bool keep) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  PlannedRequest request = std::move(found->second);
  requests_.erase(found);
  std::erase(waiting_, id);
  std::erase(running_, id);
  if (request.sequence < 0) return;
  if (keep && share_prefixes_ && request.computed > 0) {
    cache_.keep(request.sequence, std::move(request.text));
  } else {
    cache_.remove(request.sequence);
  }
}

void PlannedRequests::admit() {
  while (!waiting_.empty() && running_.size() < max_running_ && start(waiting_.front())) {
    waiting_.pop_front();
  }
}

bool PlannedRequests::start(RequestId id) {
  PlannedRequest& request = requests_.at(id);
  const PrefixMatch match = find_prefix(id);
  if (!fits(request, match)) return false;
  cache_.touch(match);  // so that taking a sequence evicts another one
  request.sequence = cache_.take_sequence();
  request.leader = match.leader;
  request.lead = match.lead;
  running_.push_back(id);
  if (!request.follows()) share(request, match);
  return true;
}

PrefixMatch PlannedRequests::find_prefix(RequestId id) const {
  if (!share_prefixes_ || requests_.at(id).is_scored()) return {};
  std::vector<RunningText> others;
  for (const RequestId other_id : running_) {
    if (other_id == id) continue;
    const PlannedRequest& other = requests_.at(other_id);
    others.push_back({.request = other_id,
                      .sequence = other.sequence,
                      .text = &other.text,
                      .computed = other.computed,
                      .has_prompt = other.has_prompt()});
  }
  return cache_.find(requests_.at(id).text, others);
}

bool PlannedRequests::fits(const PlannedRequest& request, const PrefixMatch& match) const {
  if (running_.empty()) return true;  // every idle prefix can go
  std::uint32_t needed = request.text.size() + kGrowth;
  for (const RequestId id : running_) {
    const PlannedRequest& other = requests_.at(id);
    needed += other.pending() - (other.follows() ? other.lead : 0) + kGrowth;
  }
  // Shared cells of a running request are held already; those of an idle one must stay.
  const bool source_runs = std::any_of(running_.begin(), running_.end(), [&](RequestId id) {
    return requests_.at(id).sequence == match.source;
  });
  const std::uint32_t shared =
      match.leader != 0 ? match.lead : (source_runs ? match.length : std::uint32_t{0});
  return cells_active() + needed - shared <= cache_.total();
}

void PlannedRequests::share(PlannedRequest& request, const PrefixMatch& match) {
  cache_.share(match, request.sequence, request.text);
  if (match.length > 0) request.computed = match.length;
  if (!request.started) request.cached = match.length;
  request.started = true;
}

void PlannedRequests::follow_leaders() {
  for (const RequestId id : running_) {
    PlannedRequest& request = requests_.at(id);
    if (!request.follows()) continue;
    const auto leader = requests_.find(request.leader);
    if (leader != requests_.end() && leader->second.has_prompt() && leader->second.sequence >= 0 &&
        leader->second.computed < request.lead) {
      continue;
    }
    request.leader = 0;
    share(request, find_prefix(id));
  }
}

void PlannedRequests::set_computed(RequestId id, std::uint32_t tokens) {
  PlannedRequest& request = requests_.at(id);
  cache_.resize(request.sequence, tokens);
  request.computed = tokens;
}

bool PlannedRequests::preempt_youngest() {
  if (running_.size() < 2) return false;
  const RequestId id = running_.back();
  running_.pop_back();
  PlannedRequest& request = requests_.at(id);
  cache_.remove(request.sequence);
  request.sequence = -1;
  request.computed = 0;
  request.leader = 0;
  waiting_.push_front(id);
  ++preemptions_;
  return true;
}

bool PlannedRequests::anybody_decodes() const {
  return std::any_of(running_.begin(), running_.end(),
                     [this](RequestId id) { return requests_.at(id).decodes(); });
}

std::uint32_t PlannedRequests::cells_active() const {
  std::vector<SequenceId> sequences;
  for (const RequestId id : running_) sequences.push_back(requests_.at(id).sequence);
  return cache_.held_by(sequences);
}

}  // namespace pcai::backend::llamacpp
