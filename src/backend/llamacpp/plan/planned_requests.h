#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "backend/llamacpp/plan/prefix_cache.h"
#include "backend/llamacpp/plan/sequence_text.h"
#include "core/request.h"

namespace pcai::backend::llamacpp {

struct PlannerOptions {
  std::uint32_t cells = 0;           // of the KV cache; no request may ever need more
  std::uint32_t max_running = 16;    // requests that are computed together
  std::uint32_t max_sequences = 64;  // sequence ids; those beyond max_running keep idle prefixes,
                                     // of which there must be at least one to share any
  std::uint32_t max_batch = 512;     // tokens in a step
  std::uint32_t max_rows = 0;        // logits in a step beside those of the outputs; 0 = no request
                                     // may be scored
  bool share_prefixes = true;        // false: the model's memory cannot be cut or copied in part
};

/// A request between its arrival and its end.
struct PlannedRequest {
  SequenceText text;
  SequenceId sequence = -1;    // -1 = waiting
  std::uint32_t computed = 0;  // tokens in the KV cache
  std::uint32_t cached = 0;    // tokens of the prompt that were shared when it first started
  bool started = false;        // admitted once; `cached` is settled
  std::uint32_t rows = 0;      // the logits of so many first tokens are wanted
  std::uint32_t scored = 0;    // and of so many they were computed
  RequestId leader = 0;        // waits until the leader has computed `lead` tokens; 0 = nobody
  std::uint32_t lead = 0;

  std::uint32_t pending() const { return text.size() - computed; }
  bool follows() const { return leader != 0; }
  bool decodes() const { return !follows() && computed > 0 && pending() == 1 && !in_media(); }
  bool has_prompt() const { return !follows() && !decodes() && pending() > 0; }
  bool has_text() const { return has_prompt() && !in_media(); }
  bool has_media() const { return has_prompt() && in_media(); }
  bool in_media() const { return text.span_at(computed).has_value(); }
  bool is_scored() const { return scored < rows; }

  /// The first token from `computed` on whose logits are wanted; `rows` where none is.
  std::uint32_t next_row() const { return std::min(std::max(computed, scored), rows); }

  /// Tokens up to the next span.
  std::uint32_t text_pending() const;
};

/// The requests of a planner: who waits, who runs and in which sequence, who shares whose prefix
/// and who has to give way. First come, first served. Pure arithmetic.
class PlannedRequests {
 public:
  explicit PlannedRequests(const PlannerOptions& options);

  /// Queues a request. The logits of its first `rows` tokens are wanted.
  void add(RequestId id, SequenceText text, std::uint32_t rows = 0);

  /// Takes a request out. What was computed of it stays as an idle prefix if `keep`.
  void finish(RequestId id, bool keep);

  /// Those who wait start while there is room for them.
  void admit();

  /// Those whose leader has computed their prefix, or will not, share what there is.
  void follow_leaders();

  /// The request now has that many tokens in the KV cache.
  void set_computed(RequestId id, std::uint32_t tokens);

  /// The logits of the request's first tokens are known.
  void set_scored(RequestId id, std::uint32_t tokens) { requests_.at(id).scored = tokens; }

  /// The youngest goes back to the head of the queue and is computed again. False when it is the
  /// only one.
  bool preempt_youngest();

  bool contains(RequestId id) const { return requests_.contains(id); }
  bool empty() const noexcept { return requests_.empty(); }
  const PlannedRequest& at(RequestId id) const { return requests_.at(id); }
  void append(RequestId id, Token token) { requests_.at(id).text.tokens.push_back(token); }

  /// In order of admission.
  const std::vector<RequestId>& running() const noexcept { return running_; }
  std::uint32_t waiting() const noexcept { return static_cast<std::uint32_t>(waiting_.size()); }
  std::uint64_t preemptions() const noexcept { return preemptions_; }

  /// Whether any that runs waits for the token after its last.
  bool anybody_decodes() const;

  /// Cells of those that run.
  std::uint32_t cells_active() const;

  PrefixCache& cache() noexcept { return cache_; }
  const PrefixCache& cache() const noexcept { return cache_; }

 private:
  PrefixMatch find_prefix(RequestId id) const;
  bool start(RequestId id);
  bool fits(const PlannedRequest& request, const PrefixMatch& match) const;
  void share(PlannedRequest& request, const PrefixMatch& match);

  const std::uint32_t max_running_;
  const bool share_prefixes_;
  PrefixCache cache_;
  std::unordered_map<RequestId, PlannedRequest> requests_;
  std::deque<RequestId> waiting_;  // preempted ones in front
  std::vector<RequestId> running_;
  std::uint64_t preemptions_ = 0;
};

}  // namespace pcai::backend::llamacpp
