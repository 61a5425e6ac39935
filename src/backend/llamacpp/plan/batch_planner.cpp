#include "backend/llamacpp/plan/batch_planner.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint32_t kLeastChunk = 8;   // prompt tokens in a step whose budget is used up
constexpr std::uint32_t kLeastShared = 4;  // a shorter common prefix is not worth a sequence
constexpr std::uint32_t kLeastLead = 32;   // waiting for a leader must spare this many tokens
constexpr std::uint32_t kGrowth = 16;      // cells kept for each running request to grow into
constexpr std::uint32_t kPromptsOnly = 4;  // budgets in a step in which nobody decodes

std::uint32_t common_prefix(const std::vector<Token>& a, const std::vector<Token>& b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return static_cast<std::uint32_t>(end - a.begin());
}

}  // namespace

BatchPlanner::BatchPlanner(PlannerOptions options)
    : options_(options), ledger_(options.cells, options.max_sequences) {
  assert(options.max_running + (options.share_prefixes ? 1 : 0) <= options.max_sequences);
  assert(options.max_running <= options.max_batch);
  for (auto id = static_cast<SequenceId>(options.max_sequences); id-- > 0;) {
    free_sequences_.push_back(id);
  }
}

std::optional<std::size_t> BatchPlanner::Request::span_at(std::uint32_t token) const {
  for (std::size_t i = 0; i < media.size(); ++i) {
    if (token >= media[i].first && token < media[i].end()) return i;
  }
  return std::nullopt;
}

std::uint32_t BatchPlanner::Request::position_of(std::uint32_t token) const {
  std::uint32_t position = token;
  for (const MediaSpan& span : media) {
    if (span.end() <= token) position -= span.count - span.positions;
  }
  return position;
}

std::uint32_t BatchPlanner::Request::whole_prefix(std::uint32_t length) const {
  const auto cut = span_at(length);
  return cut ? media[*cut].first : length;
}

std::uint32_t BatchPlanner::Request::text_pending() const {
  for (const MediaSpan& span : media) {
    if (span.first > computed) return span.first - computed;
  }
  return pending();
}

void BatchPlanner::add(RequestId request, std::vector<Token> prompt, std::string scope,
                       std::vector<MediaSpan> media, AdapterScales adapters) {
  assert(!prompt.empty() && prompt.size() < options_.cells);
  requests_[request] = {.tokens = std::move(prompt),
                        .scope = std::move(scope),
                        .media = std::move(media),
                        .adapters = std::move(adapters)};
  waiting_.push_back(request);
}

StepOutlook BatchPlanner::outlook() const {
  StepOutlook outlook;
  for (const RequestId id : running_) {
    const Request& request = requests_.at(id);
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
    preemptions = preemptions_;
    admit();
    follow_leaders();
    open_lanes();
    for (std::size_t i = 0; i < lanes_.size() && plan.items.empty(); ++i) {
      fill(plan, lanes_[i], budget);
      if (plan.items.empty()) continue;
      const auto served = lanes_.begin() + static_cast<std::ptrdiff_t>(i);
      std::rotate(served, served + 1, lanes_.end());
    }
    // Nothing fits though somebody runs: prompts together hold all cells. One must give way. Who
    // has done so already has left its turn to the others.
  } while (plan.items.empty() && (preemptions_ > preemptions || preempt_youngest()));
  plan.memory = std::exchange(memory_, {});
  return plan;
}

/// A lane that a newcomer opens comes after all others, so that none of them waits for more steps
/// than there were lanes before it.
void BatchPlanner::open_lanes() {
  std::erase_if(lanes_, [this](const Lane& lane) {
    return std::none_of(running_.begin(), running_.end(),
                        [&](RequestId id) { return is_in(lane, id); });
  });
  for (const RequestId id : running_) {
    if (std::none_of(lanes_.begin(), lanes_.end(),
                     [&](const Lane& lane) { return is_in(lane, id); })) {
      lanes_.push_back({.adapters = requests_.at(id).adapters});
    }
  }
}

void BatchPlanner::fill(StepPlan& plan, Lane& lane, std::uint32_t budget) {
  if (media_is_next(lane)) add_media(plan, lane, budget);
  if (plan.items.empty()) {
    add_decodes(plan, lane);
    add_prompts(plan, lane, set_limit(plan, budget));
  }
  lane.media_last = !plan.items.empty() && plan.items.front().media.has_value();
  plan.adapters = lane.adapters;
}

bool BatchPlanner::is_in(const Lane& lane, RequestId id) const {
  return requests_.at(id).adapters == lane.adapters;
}

bool BatchPlanner::anybody_decodes() const {
  return std::any_of(running_.begin(), running_.end(),
                     [this](RequestId id) { return requests_.at(id).decodes(); });
}

void BatchPlanner::computed(const StepPlan& plan) {
  for (const StepItem& item : plan.items) {
    const auto found = requests_.find(item.request);
    if (found == requests_.end()) continue;
    ledger_.append(item.sequence, item.count);
    found->second.computed += item.count;
  }
}

void BatchPlanner::aborted(const StepPlan& plan, const std::vector<std::uint32_t>& lengths) {
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    const auto found = requests_.find(plan.items[i].request);
    if (found == requests_.end()) continue;
    Request& request = found->second;
    const auto held = std::min(lengths[i], plan.items[i].first + plan.items[i].count);
    ledger_.truncate(request.sequence, held);
    ledger_.append(request.sequence, held - ledger_.length(request.sequence));
    request.computed = held;
  }
}

bool BatchPlanner::no_room(const StepPlan&) {
  bool evicted = false;
  while (evict_idle()) evicted = true;
  return evicted || preempt_youngest();
}

void BatchPlanner::append(RequestId request, Token token) {
  requests_.at(request).tokens.push_back(token);
}

void BatchPlanner::finish(RequestId id, bool keep) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  Request request = std::move(found->second);
  requests_.erase(found);
  std::erase(waiting_, id);
  std::erase(running_, id);
  if (request.sequence < 0) return;
  if (keep && options_.share_prefixes && request.computed > 0) {
    keep_idle(std::move(request));
  } else {
    remove_sequence(request.sequence);
  }
}

std::uint32_t BatchPlanner::cells_active() const {
  std::vector<SequenceId> sequences;
  for (const RequestId id : running_) sequences.push_back(requests_.at(id).sequence);
  return ledger_.held_by(sequences);
}

BatchPlanner::Match BatchPlanner::find_prefix(RequestId id, const Request& request) const {
  Match match;
  if (!options_.share_prefixes) return match;
  // The last token is always computed: its logits are wanted.
  const auto most = static_cast<std::uint32_t>(request.tokens.size()) - 1;
  const auto consider = [&match](SequenceId sequence, std::uint32_t length) {
    if (length >= kLeastShared && length > match.length) {
      match.source = sequence;
      match.length = length;
    }
  };
  for (const Idle& idle : idle_) {
    if (idle.scope != request.scope || idle.adapters != request.adapters) continue;
    const auto common = std::min(common_prefix(idle.tokens, request.tokens), most);
    consider(idle.sequence, request.whole_prefix(common));
  }
  for (const RequestId other_id : running_) {
    const Request& other = requests_.at(other_id);
    if (other_id == id || other.scope != request.scope) continue;
    if (other.adapters != request.adapters) continue;
    const auto common =
        request.whole_prefix(std::min(common_prefix(other.tokens, request.tokens), most));
    consider(other.sequence, request.whole_prefix(std::min(common, other.computed)));
    if (other.has_prompt() && common > match.lead) {
      match.leader = other_id;
      match.lead = common;
    }
  }
  if (match.lead < match.length + kLeastLead) match.leader = 0;
  return match;
}

void BatchPlanner::admit() {
  while (!waiting_.empty() && running_.size() < options_.max_running && start(waiting_.front())) {
    waiting_.pop_front();
  }
}

bool BatchPlanner::start(RequestId id) {
  Request& request = requests_.at(id);
  const Match match = find_prefix(id, request);
  if (!fits(request, match)) return false;
  const auto source = std::find_if(idle_.begin(), idle_.end(),
                                   [&](const Idle& idle) { return idle.sequence == match.source; });
  // Now the latest used, so that taking a sequence evicts another one.
  if (source != idle_.end()) std::rotate(source, source + 1, idle_.end());
  request.sequence = take_sequence();
  request.leader = match.leader;
  request.lead = match.lead;
  running_.push_back(id);
  if (!request.follows()) share(request, match);
  return true;
}

bool BatchPlanner::fits(const Request& request, const Match& match) const {
  if (running_.empty()) return true;  // every idle prefix can go
  auto needed = static_cast<std::uint32_t>(request.tokens.size()) + kGrowth;
  for (const RequestId id : running_) {
    const Request& other = requests_.at(id);
    needed += other.pending() - (other.follows() ? other.lead : 0) + kGrowth;
  }
  // Shared cells of a running request are held already; those of an idle one must stay.
  const bool source_runs = std::any_of(running_.begin(), running_.end(), [&](RequestId id) {
    return requests_.at(id).sequence == match.source;
  });
  const std::uint32_t shared =
      match.leader != 0 ? match.lead : (source_runs ? match.length : std::uint32_t{0});
  return cells_active() + needed - shared <= ledger_.total();
}

SequenceId BatchPlanner::take_sequence() {
  while (free_sequences_.empty()) evict_idle();
  const SequenceId sequence = free_sequences_.back();
  free_sequences_.pop_back();
  return sequence;
}

void BatchPlanner::share(Request& request, const Match& match) {
  if (match.length > 0) {
    ledger_.share(match.source, request.sequence, match.length);
    memory_.push_back({.kind = MemoryOperation::Kind::Copy,
                       .sequence = request.sequence,
                       .source = match.source,
                       .length = request.position_of(match.length)});
    request.computed = match.length;
    const auto whole = std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) {
      return idle.sequence == match.source && idle.tokens.size() == match.length;
    });
    if (whole != idle_.end()) {  // the running request now holds all that it held
      idle_.erase(whole);
      remove_sequence(match.source);
    }
  }
  if (!request.started) request.cached = match.length;
  request.started = true;
}

void BatchPlanner::follow_leaders() {
  for (const RequestId id : running_) {
    Request& request = requests_.at(id);
    if (!request.follows()) continue;
    const auto leader = requests_.find(request.leader);
    if (leader != requests_.end() && leader->second.has_prompt() && leader->second.sequence >= 0 &&
        leader->second.computed < request.lead) {
      continue;
    }
    request.leader = 0;
    share(request, find_prefix(id, request));
  }
}

void BatchPlanner::add_decodes(StepPlan& plan, const Lane& lane) {
  for (std::size_t i = 0; i < running_.size(); ++i) {
    if (!is_in(lane, running_[i]) || !requests_.at(running_[i]).decodes()) continue;
    while (!make_room(plan.tokens + 1) && preempt_youngest()) {
    }
    if (i < running_.size() && ledger_.free() > plan.tokens) add_item(plan, running_[i], 1);
  }
}

std::uint32_t BatchPlanner::set_limit(StepPlan& plan, std::uint32_t budget) const {
  if (!plan.items.empty() || anybody_decodes()) {
    return std::min(std::max(budget, plan.tokens + kLeastChunk), options_.max_batch);
  }
  const auto prompts = std::count_if(running_.begin(), running_.end(),
                                     [this](RequestId id) { return requests_.at(id).has_text(); });
  if (prompts > 1) return std::min(budget * kPromptsOnly, options_.max_batch);
  plan.gives_way = running_.size() == 1 && waiting_.empty();
  return options_.max_batch;
}

void BatchPlanner::add_prompts(StepPlan& plan, Lane& lane, std::uint32_t limit) {
  const auto last = std::find(running_.begin(), running_.end(), lane.last_turn);
  const std::size_t first =
      last == running_.end() ? 0 : static_cast<std::size_t>(last - running_.begin()) + 1;
  for (std::size_t i = 0; i < running_.size() && plan.tokens < limit; ++i) {
    const RequestId id = running_[(first + i) % running_.size()];
    if (!is_in(lane, id) || !requests_.at(id).has_text()) continue;
    const auto wanted = std::min(requests_.at(id).text_pending(), limit - plan.tokens);
    make_room(plan.tokens + wanted);
    const auto count = std::min(wanted, ledger_.free() - plan.tokens);
    if (count == 0) break;
    add_item(plan, id, count);
    plan.has_prompt = true;
    lane.last_turn = id;
  }
}

/// Spans take turns with everything else, so that none of them stops those who decode for longer
/// than one step.
bool BatchPlanner::media_is_next(const Lane& lane) const {
  bool media = false;
  bool others = false;
  for (const RequestId id : running_) {
    if (!is_in(lane, id)) continue;
    const Request& request = requests_.at(id);
    media = media || request.has_media();
    others = others || request.decodes() || request.has_text();
  }
  return media && (!others || !lane.media_last);
}

void BatchPlanner::add_media(StepPlan& plan, Lane& lane, std::uint32_t budget) {
  const std::uint32_t limit =
      anybody_decodes() ? std::clamp(budget, kLeastChunk, options_.max_batch) : options_.max_batch;
  const auto last = std::find(running_.begin(), running_.end(), lane.last_media);
  const std::size_t first =
      last == running_.end() ? 0 : static_cast<std::size_t>(last - running_.begin()) + 1;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    const RequestId id = running_[(first + i) % running_.size()];
    const Request& request = requests_.at(id);
    if (!is_in(lane, id) || !request.has_media()) continue;
    const MediaSpan& span = request.media[*request.span_at(request.computed)];
    const std::uint32_t left = span.end() - request.computed;
    const std::uint32_t wanted = span.whole ? left : std::min(left, limit);
    make_room(wanted);
    const std::uint32_t count = std::min(wanted, ledger_.free());
    if (count == 0 || (span.whole && count < wanted)) continue;
    plan.gives_way = !span.whole && running_.size() == 1 && waiting_.empty();
    add_item(plan, id, count);
    plan.has_prompt = true;
    lane.last_media = id;
    return;
  }
}

void BatchPlanner::add_item(StepPlan& plan, RequestId id, std::uint32_t count) {
  const Request& request = requests_.at(id);
  const auto media = request.span_at(request.computed);
  plan.items.push_back(
      {.request = id,
       .sequence = request.sequence,
       .first = request.computed,
       .count = count,
       .output = count == request.pending(),
       .position = request.position_of(media ? request.media[*media].first : request.computed),
       .media = media});
  plan.tokens += count;
  plan.cells += std::uint64_t{count} * request.computed + std::uint64_t{count} * (count + 1) / 2;
}

bool BatchPlanner::make_room(std::uint32_t cells) {
  while (ledger_.free() < cells && evict_idle()) {
  }
  return ledger_.free() >= cells;
}

bool BatchPlanner::evict_idle() {
  if (idle_.empty()) return false;
  remove_sequence(idle_.front().sequence);
  idle_.pop_front();
  return true;
}

bool BatchPlanner::preempt_youngest() {
  if (running_.size() < 2) return false;
  const RequestId id = running_.back();
  running_.pop_back();
  Request& request = requests_.at(id);
  remove_sequence(request.sequence);
  request.sequence = -1;
  request.computed = 0;
  request.leader = 0;
  waiting_.push_front(id);
  ++preemptions_;
  return true;
}

void BatchPlanner::remove_sequence(SequenceId sequence) {
  ledger_.truncate(sequence, 0);
  memory_.push_back({.kind = MemoryOperation::Kind::Remove, .sequence = sequence});
  free_sequences_.push_back(sequence);
}

void BatchPlanner::keep_idle(Request request) {
  request.tokens.resize(request.computed);
  for (auto idle = idle_.begin(); idle != idle_.end();) {
    const auto common = common_prefix(idle->tokens, request.tokens);
    const bool alike = idle->scope == request.scope && idle->adapters == request.adapters;
    if (alike && common == request.tokens.size()) {
      remove_sequence(request.sequence);  // kept already
      return;
    }
    if (alike && common == idle->tokens.size()) {
      remove_sequence(idle->sequence);  // the new one holds as much and more
      idle = idle_.erase(idle);
    } else {
      ++idle;
    }
  }
  idle_.push_back({request.sequence, std::move(request.tokens), std::move(request.scope),
                   std::move(request.adapters)});
}

}  // namespace pcai::backend::llamacpp
