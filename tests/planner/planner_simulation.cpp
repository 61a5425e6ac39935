#include "planner/planner_simulation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "planner/naive_cache.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint32_t kSlack = 8;  // prompt tokens that a used-up budget still allows

/// What the "model" says after these tokens: any lost or doubled token changes all that follows.
Token next_token(const std::vector<Token>& tokens) {
  std::uint32_t hash = 2166136261U;
  for (const Token token : tokens) hash = (hash ^ static_cast<std::uint32_t>(token)) * 16777619U;
  return static_cast<Token>(hash % 1000);
}

struct Script {
  std::vector<Token> prompt;
  std::vector<MediaSpan> media;
  std::string scope;
  AdapterScales adapters;
  bool scored = false;
  std::uint32_t answer = 1;             // tokens
  std::uint32_t arrival = 0;            // step
  std::optional<std::uint32_t> cancel;  // step
};

struct Live {
  Script script;
  std::vector<Token> tokens;
  std::uint32_t answered = 0;
  SequenceId sequence = -1;
  bool decodes = false;     // its last token was sampled and waits to be computed
  std::uint32_t waits = 0;  // steps since it was in one, while it decodes
  std::uint32_t rows = 0;   // of logits that it had

  std::uint32_t rows_wanted() const {
    return script.scored ? static_cast<std::uint32_t>(script.prompt.size()) - 1 : 0;
  }

  std::uint32_t position_of(std::uint32_t token) const {
    std::uint32_t position = 0;
    for (std::uint32_t i = 0; i < token;) {
      const MediaSpan* span = span_at(i);
      position += span != nullptr ? span->positions : 1;
      i = span != nullptr ? span->end() : i + 1;
    }
    return position;
  }
  const MediaSpan* span_at(std::uint32_t token) const {
    for (const MediaSpan& span : script.media) {
      if (token >= span.first && token < span.end()) return &span;
    }
    return nullptr;
  }
};

class Simulation {
 public:
  Simulation(std::uint64_t seed, const Fault& fault)
      : random_(seed), fault_(fault), options_(make_options(seed)), planner_(options_) {
    make_scripts();
    choose_adapters(seed);
    choose_scored(seed);
  }

  SimulationResult run() {
    // Preemption computes tokens again, so the bound is loose; a livelock passes any bound.
    const std::uint32_t most_steps = 2000 + 40 * static_cast<std::uint32_t>(scripts_.size());
    while (result_.violation.empty() && (!live_.empty() || next_ < scripts_.size())) {
      arrive();
      cancel();
      step();
      if (++result_.steps > most_steps) broken(8, "the schedule does not end");
    }
    if (result_.violation.empty()) {
      if (!planner_.empty()) broken(9, "the planner still knows ended requests");
      if (planner_.cells_active() != 0) broken(9, "cells are active though nothing runs");
    }
    result_.requests = static_cast<std::uint32_t>(scripts_.size());
    result_.preemptions = planner_.preemptions();
    return result_;
  }

 private:
  std::uint32_t pick(std::uint32_t low, std::uint32_t high) {
    return std::uniform_int_distribution<std::uint32_t>(low, high)(random_);
  }
  bool chance(std::uint32_t percent) { return pick(1, 100) <= percent; }

  /// `invariant` is its number in batch_planner.h.
  void broken(int invariant, std::string what) {
    if (result_.violation.empty()) {
      result_.violation = "step " + std::to_string(result_.steps) + ", invariant " +
                          std::to_string(invariant) + ": " + std::move(what);
    }
  }

  PlannerOptions make_options(std::uint64_t seed) {
    PlannerOptions options;
    options.max_rows = 1 + static_cast<std::uint32_t>(seed % 16);
    options.cells = pick(48, 400);
    options.max_running = pick(1, 6);
    options.max_batch = pick(16, 64);
    options.share_prefixes = chance(90);
    options.max_sequences = options.max_running + (options.share_prefixes ? pick(1, 6) : 0);
    return options;
  }

  /// Appends one of three pictures: the same number is the same picture.
  void add_picture(Script& script) {
    const std::uint32_t picture = pick(1, 3);
    MediaSpan span{.first = static_cast<std::uint32_t>(script.prompt.size())};
    span.count = 4 + 3 * picture;
    span.positions = picture == 2 ? 3 : span.count;
    span.whole = picture == 3;
    for (std::uint32_t i = 0; i < span.count; ++i) {
      script.prompt.push_back(-static_cast<Token>(100 * picture + i));
    }
    script.media.push_back(span);
  }

  /// Cuts the prompt; a picture that would be cut goes.
  static void shorten(Script& script, std::size_t length) {
    if (length >= script.prompt.size()) return;
    script.prompt.resize(length);
    while (!script.media.empty() && script.media.back().end() > script.prompt.size()) {
      script.prompt.resize(std::min<std::size_t>(script.prompt.size(), script.media.back().first));
      script.media.pop_back();
    }
    if (script.prompt.empty()) script.prompt.push_back(0);
  }

  void make_scripts() {
    const std::uint32_t families = pick(1, 3);
    const std::uint32_t pictures = chance(40) ? 15 : 0;  // percent of the places for one
    pictures_ = pictures > 0;
    std::vector<Script> prefixes(families);
    for (Script& prefix : prefixes) {
      for (std::uint32_t left = pick(0, options_.cells / 2); left > 0; --left) {
        prefix.prompt.push_back(static_cast<Token>(pick(0, 3)));
        if (left % 8 == 0 && chance(pictures)) add_picture(prefix);
      }
    }
    std::uint32_t arrival = 0;
    for (std::uint32_t i = pick(1, 8); i > 0; --i) {
      Script script = prefixes[pick(0, families - 1)];
      script.answer = pick(1, options_.cells / 4);
      shorten(script, pick(1, options_.cells));
      for (std::uint32_t own = pick(1, 30); own > 0; --own) {
        if (chance(pictures / 3)) add_picture(script);
        script.prompt.push_back(static_cast<Token>(pick(0, 3)));
      }
      shorten(script, options_.cells - script.answer);
      script.scope = chance(80) ? "" : "other";
      arrival += chance(50) ? 0 : pick(0, 10);
      script.arrival = arrival;
      if (chance(25)) script.cancel = arrival + pick(0, 20);
      scripts_.push_back(std::move(script));
    }
  }

  /// By a generator of their own, so that a seed's schedule is the same with and without them.
  void choose_adapters(std::uint64_t seed) {
    std::mt19937_64 random(~seed);
    const auto below = [&random](std::uint32_t end) {
      return std::uniform_int_distribution<std::uint32_t>(0, end - 1)(random);
    };
    if (below(2) == 0) return;  // the model has none
    choices_ = 1 + below(4);
    for (Script& script : scripts_) {
      script.adapters = {static_cast<float>(below(choices_)), 0.5F};
    }
  }

  /// The same. A prompt with pictures has no rows.
  void choose_scored(std::uint64_t seed) {
    std::mt19937_64 random(seed ^ 0x5c02ed);
    if (random() % 2 == 0) return;
    for (Script& script : scripts_) script.scored = random() % 3 == 0 && script.media.empty();
  }

  void arrive() {
    while (next_ < scripts_.size() && (scripts_[next_].arrival <= result_.steps || live_.empty())) {
      const RequestId id = ++next_;
      const Script& script = scripts_[id - 1];
      planner_.add(id, script.prompt, script.scope, script.media, script.adapters, script.scored);
      live_[id] = {.script = script, .tokens = script.prompt};
    }
  }

  void cancel() {
    for (auto it = live_.begin(); it != live_.end();) {
      if (it->second.script.cancel && *it->second.script.cancel <= result_.steps) {
        planner_.finish(it->first, false);
        it = live_.erase(it);
      } else {
        ++it;
      }
    }
  }

  void step() {
    const std::uint32_t budget = pick(8, 40);
    StepPlan plan = planner_.plan(budget);
    if (fault_) fault_(plan);
    apply_memory(plan);
    if (live_.empty()) return;
    if (plan.items.empty()) return broken(8, "requests wait and nothing is computed");
    check_plan(plan, budget);
    if (!result_.violation.empty()) return;
    if (chance(5)) return abort(plan);
    if (chance(2)) {
      planner_.no_room(plan);  // nothing was computed; what is removed comes with the next plan
      return;
    }
    compute(plan);
    planner_.computed(plan);
    if (cache_.used() != planner_.cells_used()) {
      broken(7, "the ledger says " + std::to_string(planner_.cells_used()) + " cells, the cache " +
                    std::to_string(cache_.used()));
    }
    if (cache_.used() > options_.cells) broken(7, "more cells than there are");
    sample(plan);
  }

  void apply_memory(const StepPlan& plan) {
    for (const MemoryOperation& operation : plan.memory) {
      if (!cache_.apply(operation)) return broken(2, "an illegal memory operation");
      if (operation.kind == MemoryOperation::Kind::Copy) {
        ++result_.copies;
        continue;
      }
      for (auto& [id, live] : live_) {
        if (live.sequence != operation.sequence) continue;
        live.sequence = -1;  // preempted
        live.decodes = false;
      }
    }
  }

  void check_plan(const StepPlan& plan, std::uint32_t budget) {
    std::set<RequestId> in_step;
    std::uint32_t tokens = 0;
    std::uint32_t rows = 0;
    std::uint32_t single = 0;
    bool any_decodes = false;
    const bool picture = plan.items.front().media.has_value();
    if (picture && plan.items.size() > 1) return broken(6, "a picture is not alone in its step");
    for (const StepItem& item : plan.items) {
      const auto found = live_.find(item.request);
      if (found == live_.end()) return broken(9, "an ended request is computed");
      Live& live = found->second;
      if (live.script.adapters != plan.adapters) return broken(3, "a step with other adapters");
      if (!in_step.insert(item.request).second) return broken(1, "a request is twice in a step");
      const auto& held = cache_.sequence(item.sequence);
      if (item.count == 0 || held.size() != item.first) {
        return broken(1, "positions are skipped or computed twice");
      }
      if (item.first + item.count > live.tokens.size()) return broken(1, "tokens from nowhere");
      for (std::size_t i = 0; i < held.size(); ++i) {
        if (held[i]->token != live.tokens[i]) return broken(2, "the cache holds other tokens");
        if (held[i]->scope != live.script.scope) return broken(2, "a prefix of another scope");
        if (held[i]->adapters != plan.adapters) return broken(2, "a prefix of other adapters");
      }
      if (item.output != (item.first + item.count == live.tokens.size())) {
        return broken(1, "an output is missing or too early");
      }
      check_rows(item, live);
      if (!check_place(item, live)) return broken(6, "a picture is cut, or at another place");
      live.sequence = item.sequence;
      tokens += item.count;
      rows += item.rows;
      if (live.decodes) any_decodes = true;
      if (item.count == 1 && item.output) ++single;  // decodes, or was aborted while it did
    }
    if (tokens != plan.tokens) return broken(3, "the step's size is wrong");
    if (tokens > options_.max_batch) return broken(3, "a step larger than the batch");
    if (rows != plan.rows || rows > options_.max_rows) broken(10, "too many rows in a step");
    bool left_out = false;
    for (auto& [id, live] : live_) {
      if (!live.decodes || in_step.contains(id)) {
        live.waits = 0;
        continue;
      }
      any_decodes = true;
      // Each choice of adapters has its turn, in which a picture may take one step of two.
      if (++live.waits >= (pictures_ ? 2 : 1) * choices_) {
        return broken(5, "other adapters stall the decoding sequences");
      }
      if (live.script.adapters == plan.adapters) left_out = true;
    }
    if (left_out && !picture) return broken(5, "a decoding sequence was left out");
    bool& picture_last = picture_last_[plan.adapters];
    if (left_out && picture_last) return broken(5, "pictures stall the decoding sequences");
    picture_last = picture;
    if (plan.adapters != adapters_) ++result_.adapter_changes;
    adapters_ = plan.adapters;
    const bool whole =
        picture && plan.items.front().count == tokens && is_whole(plan.items.front());
    if (any_decodes && !whole && tokens > std::max(budget, single + kSlack)) {
      return broken(4, "prompts stall the decoding sequences");
    }
  }

  void check_rows(const StepItem& item, const Live& live) {
    const std::uint32_t first = std::max(item.first, live.rows);
    const std::uint32_t end = std::min(item.first + item.count, live.rows_wanted());
    if (item.rows != end - std::min(end, first)) return broken(10, "a row is missing or too many");
    if (item.rows > 0 && item.first_row != live.rows) return broken(10, "rows are out of order");
    if (item.output && end < live.rows_wanted()) broken(10, "an output before its prompt's rows");
  }

  bool is_whole(const StepItem& item) const {
    return live_.at(item.request).script.media[*item.media].whole;
  }

  /// An item is of text alone or of one picture, and a picture may have to be computed at once.
  static bool check_place(const StepItem& item, const Live& live) {
    if (!item.media) {
      for (std::uint32_t i = 0; i < item.count; ++i) {
        if (live.span_at(item.first + i) != nullptr) return false;
      }
      return item.position == live.position_of(item.first);
    }
    const MediaSpan& span = live.script.media.at(*item.media);
    if (item.position != live.position_of(span.first)) return false;
    if (span.whole) return item.first == span.first && item.count == span.count;
    return item.first >= span.first && item.first + item.count <= span.end();
  }

  void compute_item(const StepItem& item) {
    const Live& live = live_.at(item.request);
    for (std::uint32_t i = 0; i < item.count; ++i) {
      const std::uint32_t token = item.first + i;
      const MediaSpan* span = live.span_at(token);
      const bool shares = span != nullptr && span->positions != span->count;
      const std::uint32_t position = shares            ? item.position
                                     : span != nullptr ? item.position + token - span->first
                                                       : item.position + i;
      cache_.append(item.sequence, live.tokens[token], position, live.script.scope,
                    live.script.adapters);
    }
  }

  void compute(const StepPlan& plan) {
    for (const StepItem& item : plan.items) {
      compute_item(item);
      live_.at(item.request).rows += item.rows;
      result_.rows += item.rows;
    }
  }

  // llama.cpp drops the positions of the part that was being computed; parts before it stay. A
  // recurrent model loses the whole sequence.
  void abort(const StepPlan& plan) {
    ++result_.aborts;
    const bool recurrent = !options_.share_prefixes;
    std::vector<std::uint32_t> lengths;
    for (const StepItem& item : plan.items) {
      if (recurrent) {
        cache_.truncate(item.sequence, 0);
      } else if (item.media) {  // its tokens may share positions, so it is taken out whole
        cache_.truncate(item.sequence, live_.at(item.request).script.media[*item.media].first);
      } else if (chance(20) && item.rows == 0) {  // whose rows are lost is computed again
        compute_item(item);
      }
      auto held = static_cast<std::uint32_t>(cache_.sequence(item.sequence).size());
      if (item.output && held == item.first + item.count) {  // computed, but its logits are lost
        cache_.truncate(item.sequence, --held);
      }
      lengths.push_back(held);
      live_.at(item.request).decodes = false;  // it may have to be fed again
    }
    planner_.aborted(plan, lengths);
  }

  void sample(const StepPlan& plan) {
    for (const StepItem& item : plan.items) {
      if (!item.output) continue;
      Live& live = live_.at(item.request);
      const Token token = next_token(live.tokens);
      if (++live.answered == live.script.answer) {
        planner_.finish(item.request, true);
        live_.erase(item.request);
        continue;
      }
      live.tokens.push_back(token);
      planner_.append(item.request, token);
      if (planner_.tokens(item.request) != live.tokens) broken(2, "the planner's tokens differ");
      live.decodes = true;
    }
  }

  std::mt19937_64 random_;
  const Fault& fault_;
  const PlannerOptions options_;
  BatchPlanner planner_;
  NaiveCache cache_;
  std::vector<Script> scripts_;
  std::size_t next_ = 0;
  std::map<RequestId, Live> live_;
  bool pictures_ = false;      // some prompt has one
  std::uint32_t choices_ = 1;  // of adapters, at most
  AdapterScales adapters_;     // of the last step
  std::map<AdapterScales, bool> picture_last_;
  SimulationResult result_;
};

}  // namespace

SimulationResult simulate(std::uint64_t seed, const Fault& fault) {
  return Simulation(seed, fault).run();
}

}  // namespace pcai::backend::llamacpp
