#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "backend/llamacpp/plan/cell_ledger.h"
#include "backend/llamacpp/plan/step_budget.h"
#include "core/request.h"

namespace pcai::backend::llamacpp {

using Token = std::int32_t;

/// The scale of each adapter of the model; empty where it has none.
using AdapterScales = std::vector<float>;

struct PlannerOptions {
  std::uint32_t cells = 0;           // of the KV cache; no request may ever need more
  std::uint32_t max_running = 16;    // requests that are computed together
  std::uint32_t max_sequences = 64;  // sequence ids; those beyond max_running keep idle prefixes,
                                     // of which there must be at least one to share any
  std::uint32_t max_batch = 512;     // tokens in a step
  bool share_prefixes = true;        // false: the model's memory cannot be cut or copied in part
};

/// A picture or a recording in a prompt: `count` tokens, negative ones that only the same file's
/// have. A prefix never ends inside it, and it is a step of its own.
struct MediaSpan {
  std::uint32_t first = 0;      // token
  std::uint32_t count = 0;      // tokens, each a cell of the KV cache
  std::uint32_t positions = 0;  // that it takes, where those of text are one a token
  bool whole = false;           // must be computed in one step

  std::uint32_t end() const { return first + count; }
};

/// A change of the KV cache, to be carried out in order before the step's tokens are computed.
struct MemoryOperation {
  enum class Kind : std::uint8_t { Remove, Copy };
  Kind kind = Kind::Remove;
  SequenceId sequence = -1;  // Remove: all of it. Copy: the empty target
  SequenceId source = -1;    // Copy only
  std::uint32_t length = 0;  // Copy only: positions 0..length
};

/// Consecutive tokens of one request in a step.
struct StepItem {
  RequestId request = 0;
  SequenceId sequence = -1;
  std::uint32_t first = 0;  // token
  std::uint32_t count = 0;
  bool output = false;  // the last token's logits are wanted: the request gets its next token
  std::uint32_t position = 0;             // of the first token, or of its span's first
  std::optional<std::size_t> media = {};  // which of the request's spans it is part of
};

struct StepPlan {
  std::vector<MemoryOperation> memory;
  std::vector<StepItem> items;
  AdapterScales adapters;  // that all items want
  std::uint32_t tokens = 0;
  std::uint64_t cells = 0;  // that its tokens see together
  bool has_prompt = false;  // some item computes prompt tokens
  bool gives_way = false;   // a large step for a lone prompt: abort it when a request arrives
};

/// Decides what each step of a model computes: who is admitted, whose prefix is shared, what is
/// evicted, who is preempted, how a prompt is cut. Pure arithmetic: no clock, no thread, no
/// llama.h. Not thread-safe. `docs/architecture.md` lists the invariants; batch_planner_test
/// simulates them.
class BatchPlanner {
 public:
  explicit BatchPlanner(PlannerOptions options);

  /// Queues a request. The prompt is not empty and leaves room for a token. `media` are in order,
  /// and whole ones have no more tokens than a step. Requests of other scales are in other steps,
  /// and share no prefix.
  void add(RequestId request, std::vector<Token> prompt, std::string scope,
           std::vector<MediaSpan> media = {}, AdapterScales adapters = {});

  /// Who is running now: what the next step's budget depends on.
  StepOutlook outlook() const;

  /// The next step: one token for each sequence that decodes, then chunks of prompts, up to
  /// `budget` tokens where somebody decodes. Scales that differ have steps in turn. Call exactly
  /// one of computed(), aborted() or no_room() when its memory operations and tokens have been
  /// carried out. Empty items: nothing can be computed.
  StepPlan plan(std::uint32_t budget);

  /// The step was computed.
  void computed(const StepPlan& plan);

  /// The step was given up. `lengths` says, by item, how many tokens the KV cache now holds of that
  /// sequence; where an output was wanted its token must not be among them.
  void aborted(const StepPlan& plan, const std::vector<std::uint32_t>& lengths);

  /// The KV cache had no place after all: evicts every idle prefix or else preempts the youngest.
  /// False when there was nothing to give up, and the step cannot ever be computed.
  bool no_room(const StepPlan& plan);

  /// The token that was sampled from the request's output, or one that must follow it.
  void append(RequestId request, Token token);

  /// The request has ended. What was computed of it stays as an idle prefix if `keep`.
  void finish(RequestId request, bool keep);

  /// All tokens of the request so far, prompt first.
  const std::vector<Token>& tokens(RequestId request) const { return requests_.at(request).tokens; }

  /// Tokens of the prompt that were shared and not computed.
  std::uint32_t cached(RequestId request) const { return requests_.at(request).cached; }

  bool knows(RequestId request) const { return requests_.contains(request); }
  bool empty() const noexcept { return requests_.empty(); }
  std::uint32_t waiting() const noexcept { return static_cast<std::uint32_t>(waiting_.size()); }
  std::uint32_t running() const noexcept { return static_cast<std::uint32_t>(running_.size()); }
  std::uint32_t cells_used() const noexcept { return ledger_.used(); }
  std::uint32_t cells_active() const;
  std::uint64_t preemptions() const noexcept { return preemptions_; }

 private:
  struct Request {
    std::vector<Token> tokens;
    std::string scope;
    std::vector<MediaSpan> media = {};
    AdapterScales adapters = {};
    SequenceId sequence = -1;    // -1 = waiting
    std::uint32_t computed = 0;  // tokens in the KV cache
    std::uint32_t cached = 0;
    bool started = false;  // admitted once; `cached` is settled
    RequestId leader = 0;  // waits until the leader has computed `lead` tokens; 0 = nobody
    std::uint32_t lead = 0;

    std::uint32_t pending() const { return static_cast<std::uint32_t>(tokens.size()) - computed; }
    bool follows() const { return leader != 0; }
    bool decodes() const { return !follows() && computed > 0 && pending() == 1 && !in_media(); }
    bool has_prompt() const { return !follows() && !decodes() && pending() > 0; }
    bool has_text() const { return has_prompt() && !in_media(); }
    bool has_media() const { return has_prompt() && in_media(); }
    bool in_media() const { return span_at(computed).has_value(); }

    std::optional<std::size_t> span_at(std::uint32_t token) const;
    std::uint32_t position_of(std::uint32_t token) const;
    std::uint32_t whole_prefix(std::uint32_t length) const;  // cut to where no span is cut
    std::uint32_t text_pending() const;                      // up to the next span
  };
  struct Idle {
    SequenceId sequence;
    std::vector<Token> tokens;
    std::string scope;
    AdapterScales adapters;
  };
  /// The running requests of the same scales. Each lane has its own turns, or who comes next in one
  /// would depend on the steps of another.
  struct Lane {
    AdapterScales adapters;
    RequestId last_turn = 0;   // who got the last chunk of a prompt; the next one is first
    RequestId last_media = 0;  // the same for spans
    bool media_last = false;   // its last step was a span's: the others are next
  };
  struct Match {
    SequenceId source = -1;
    std::uint32_t length = 0;  // tokens that can be shared now
    RequestId leader = 0;      // a running request that will have more in common,
    std::uint32_t lead = 0;    // this many tokens
  };

  Match find_prefix(RequestId id, const Request& request) const;
  void admit();
  bool start(RequestId id);
  void share(Request& request, const Match& match);
  void follow_leaders();
  void open_lanes();
  void fill(StepPlan& plan, Lane& lane, std::uint32_t budget);
  bool is_in(const Lane& lane, RequestId id) const;
  bool anybody_decodes() const;
  void add_decodes(StepPlan& plan, const Lane& lane);
  void add_prompts(StepPlan& plan, Lane& lane, std::uint32_t limit);
  bool media_is_next(const Lane& lane) const;
  void add_media(StepPlan& plan, Lane& lane, std::uint32_t budget);
  void add_item(StepPlan& plan, RequestId id, std::uint32_t count);
  bool make_room(std::uint32_t cells);
  bool evict_idle();
  bool preempt_youngest();
  void remove_sequence(SequenceId sequence);
  bool fits(const Request& request, const Match& match) const;
  SequenceId take_sequence();
  void keep_idle(Request request);
  std::uint32_t set_limit(StepPlan& plan, std::uint32_t budget) const;

  PlannerOptions options_;
  CellLedger ledger_;
  std::unordered_map<RequestId, Request> requests_;
  std::deque<RequestId> waiting_;   // first come, first served; preempted ones in front
  std::vector<RequestId> running_;  // in order of admission
  std::deque<Idle> idle_;           // least recently used first
  std::vector<SequenceId> free_sequences_;
  std::vector<MemoryOperation> memory_;  // for the next plan
  std::deque<Lane> lanes_;               // whose turn is next first; newcomers last
  std::uint64_t preemptions_ = 0;
};

}  // namespace pcai::backend::llamacpp
