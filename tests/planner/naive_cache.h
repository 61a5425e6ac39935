#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/llamacpp/plan/batch_planner.h"

namespace pcai::backend::llamacpp {

/// A KV cache as simple as can be: each sequence is a list of cells, a cell lives as long as some
/// list holds it.
class NaiveCache {
 public:
  struct Cell {
    Cell(Token t, std::uint32_t p, std::string s, AdapterScales a, std::uint32_t& alive)
        : token(t), position(p), scope(std::move(s)), adapters(std::move(a)), alive_cells(alive) {
      ++alive_cells;
    }
    ~Cell() { --alive_cells; }
    Cell(const Cell&) = delete;
    Cell& operator=(const Cell&) = delete;

    Token token;
    std::uint32_t position;  // those of a picture may all be the same
    std::string scope;
    AdapterScales adapters;  // that it was computed with
    std::uint32_t& alive_cells;
  };
  using Sequence = std::vector<std::shared_ptr<const Cell>>;

  const Sequence& sequence(SequenceId id) { return sequences_[id]; }

  void append(SequenceId id, Token token, std::uint32_t position, const std::string& scope,
              const AdapterScales& adapters) {
    sequences_[id].push_back(
        std::make_shared<const Cell>(token, position, scope, adapters, alive_));
  }

  void truncate(SequenceId id, std::uint32_t length) { sequences_[id].resize(length); }

  /// Carries an operation out; false when it is not a legal one.
  bool apply(const MemoryOperation& operation) {
    Sequence& target = sequences_[operation.sequence];
    if (operation.kind == MemoryOperation::Kind::Remove) {
      target.clear();
      return true;
    }
    const Sequence& source = sequences_[operation.source];
    if (!target.empty()) return false;
    for (const auto& cell : source) {
      if (cell->position < operation.length) target.push_back(cell);
    }
    return !target.empty();
  }

  /// Cells that some sequence holds.
  std::uint32_t used() const { return alive_; }

 private:
  std::uint32_t alive_ = 0;  // before what counts it down
  std::map<SequenceId, Sequence> sequences_;
};

}  // namespace pcai::backend::llamacpp
