#pragma once

#include <cstdint>
#include <vector>

namespace pcai::backend::llamacpp {

using SequenceId = std::int32_t;

/// Counts the cells of a unified KV cache. A cell holds one token; sequences with a common prefix
/// share its cells. The ledger repeats what llama.cpp does on seq_cp and seq_rm, so that the
/// planner knows what is free without asking. Not thread-safe.
class CellLedger {
 public:
  CellLedger(std::uint32_t cells, std::uint32_t sequences);

  std::uint32_t total() const noexcept { return static_cast<std::uint32_t>(owners_.size()); }
  std::uint32_t free() const noexcept { return static_cast<std::uint32_t>(free_.size()); }
  std::uint32_t used() const noexcept { return total() - free(); }

  /// Tokens that the sequence holds, shared ones included.
  std::uint32_t length(SequenceId sequence) const { return size_of(at(sequence)); }

  /// Gives the sequence `count` more cells. At least that many must be free.
  void append(SequenceId sequence, std::uint32_t count);

  /// Lets the sequence `target`, which must be empty, share the first `length` cells of `source`.
  void share(SequenceId source, SequenceId target, std::uint32_t length);

  /// Keeps the first `length` cells of the sequence. Of the others, those that no sequence holds
  /// become free.
  void truncate(SequenceId sequence, std::uint32_t length);

  /// Cells held by at least one of these sequences.
  std::uint32_t held_by(const std::vector<SequenceId>& sequences) const;

 private:
  using Cells = std::vector<std::uint32_t>;
  static std::uint32_t size_of(const Cells& cells) {
    return static_cast<std::uint32_t>(cells.size());
  }
  const Cells& at(SequenceId sequence) const { return cells_[static_cast<std::size_t>(sequence)]; }
  Cells& at(SequenceId sequence) { return cells_[static_cast<std::size_t>(sequence)]; }

  std::vector<std::uint16_t> owners_;  // by cell: how many sequences hold it
  Cells free_;
  std::vector<Cells> cells_;  // by sequence
};

}  // namespace pcai::backend::llamacpp
