#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "backend/llamacpp/plan/cell_ledger.h"
#include "backend/llamacpp/plan/sequence_text.h"
#include "backend/llamacpp/plan/step_plan.h"

namespace pcai::backend::llamacpp {

/// A running request, as one sees it that may share a prefix with it.
struct RunningText {
  RequestId request = 0;
  SequenceId sequence = -1;
  const SequenceText* text = nullptr;
  std::uint32_t computed = 0;  // tokens in the KV cache
  bool has_prompt = false;     // and is computing more of its prompt
};

/// What a request can share with another sequence.
struct PrefixMatch {
  SequenceId source = -1;    // -1 = nobody
  std::uint32_t length = 0;  // tokens that can be shared now
  RequestId leader = 0;      // a running request that will have more in common, 0 = nobody,
  std::uint32_t lead = 0;    // this many tokens
};

/// The KV cache as it will be when the operations have been carried out: who holds which cells, and
/// the idle prefixes that ended requests left. Sharing never shortens a sequence that runs, and
/// idle prefixes go only for want of cells or sequences, the least recently used first. Pure
/// arithmetic.
class PrefixCache {
 public:
  PrefixCache(std::uint32_t cells, std::uint32_t sequences);

  /// An empty sequence. Evicts an idle prefix where none is free; one of the two must be there.
  SequenceId take_sequence();

  /// Frees the sequence and the cells that nobody else holds.
  void remove(SequenceId sequence);

  /// The sequence now holds that many tokens; where it grows the cells must be free.
  void resize(SequenceId sequence, std::uint32_t length);

  /// The sequence of an ended request becomes an idle prefix, of the tokens that it holds. Goes at
  /// once when another idle one holds as much; takes the place of those that hold no more.
  void keep(SequenceId sequence, SequenceText text);

  /// The longest prefix that the text can share, of an idle sequence or a running one.
  PrefixMatch find(const SequenceText& text, const std::vector<RunningText>& running) const;

  /// Makes the match's idle prefix, if it is one, the latest used.
  void touch(const PrefixMatch& match);

  /// Gives the empty sequence the match's cells. An idle prefix that the text holds whole goes: the
  /// sequence has all that it had.
  void share(const PrefixMatch& match, SequenceId sequence, const SequenceText& text);

  /// Evicts idle prefixes until so many cells are free. False when they never are.
  bool make_room(std::uint32_t cells);

  /// Evicts the least recently used idle prefix. False when there is none.
  bool evict();

  std::uint32_t total() const noexcept { return ledger_.total(); }
  std::uint32_t free() const noexcept { return ledger_.free(); }
  std::uint32_t used() const noexcept { return ledger_.used(); }

  /// Cells held by at least one of these sequences.
  std::uint32_t held_by(const std::vector<SequenceId>& sequences) const {
    return ledger_.held_by(sequences);
  }

  /// What has to be done to the KV cache since the last call, in order.
  std::vector<MemoryOperation> take_operations();

 private:
  struct Idle {
    SequenceId sequence;
    SequenceText text;
  };

  CellLedger ledger_;
  std::deque<Idle> idle_;  // least recently used first
  std::vector<SequenceId> free_sequences_;
  std::vector<MemoryOperation> operations_;
};

}  // namespace pcai::backend::llamacpp
