#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "backend/llamacpp/plan/lane.h"
#include "backend/llamacpp/plan/planned_requests.h"
#include "backend/llamacpp/plan/step_budget.h"
#include "backend/llamacpp/plan/step_plan.h"

namespace pcai::backend::llamacpp {

/// Decides what each step of a model computes: who is admitted, whose prefix is shared, what is
/// evicted, who is preempted, how a prompt is cut. Pure arithmetic: no clock, no thread, no
/// llama.h. Not thread-safe.
///
/// What always holds; tests/planner/planner_simulation.cpp checks it under these numbers:
///  1. A request is at most once in a step, and goes on where the KV cache ends. Its output is
///     wanted exactly when its last token is in the step.
///  2. A sequence holds nothing but its request's tokens, in the same scope and computed with the
///     same adapters; every memory operation is one that the KV cache can carry out.
///  3. A step has no more tokens than `max_batch`, all for one choice of adapters.
///  4. While a sequence decodes, a step has no more tokens than its budget, or than those who
///     decode and a few of prompts. Only a picture that must be whole may be larger.
///  5. A step holds all sequences that decode with its adapters, but for a picture's; pictures do
///     not have two steps in a row where others wait, and each choice of adapters has its turn.
///  6. A picture is alone in its step, in its place, and not cut where it must be whole.
///  7. The cells that are counted are the cells that are used, and never more than there are.
///  8. Where requests are, something is computed; and every request ends.
///  9. An ended request is computed no more; after the last one's end no cell is active.
/// 10. Of a scored prompt each token but the last has its row of logits in one step that was
///     computed, in order and before its output. A step has no more than `max_rows` of them.
class BatchPlanner {
 public:
  explicit BatchPlanner(PlannerOptions options);

  /// Queues a request. The prompt is not empty and leaves room for a token. `media` are in order,
  /// and whole ones have no more tokens than a step. Requests of other scales are in other steps,
  /// and share no prefix. A `scored` one has no media; it wants the logits of all its tokens, so it
  /// takes no prefix of others, who may take its own.
  void add(RequestId request, std::vector<Token> prompt, std::string scope,
           std::vector<MediaSpan> media = {}, AdapterScales adapters = {}, bool scored = false);

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
  void append(RequestId request, Token token) { requests_.append(request, token); }

  /// The request has ended. What was computed of it stays as an idle prefix if `keep`.
  void finish(RequestId request, bool keep) { requests_.finish(request, keep); }

  /// All tokens of the request so far, prompt first.
  const std::vector<Token>& tokens(RequestId request) const {
    return requests_.at(request).text.tokens;
  }

  /// Tokens of the prompt that were shared and not computed.
  std::uint32_t cached(RequestId request) const { return requests_.at(request).cached; }

  bool empty() const noexcept { return requests_.empty(); }
  std::uint32_t waiting() const noexcept { return requests_.waiting(); }
  std::uint32_t running() const noexcept {
    return static_cast<std::uint32_t>(requests_.running().size());
  }
  std::uint32_t cells_used() const noexcept { return requests_.cache().used(); }
  std::uint32_t cells_active() const { return requests_.cells_active(); }
  std::uint64_t preemptions() const noexcept { return requests_.preemptions(); }

 private:
  void open_lanes();

  PlannerOptions options_;
  PlannedRequests requests_;
  std::deque<Lane> lanes_;  // whose turn is next first; newcomers last
};

}  // namespace pcai::backend::llamacpp
