#include "backend/llamacpp/plan/cell_ledger.h"

#include <cassert>
#include <numeric>

namespace pcai::backend::llamacpp {

CellLedger::CellLedger(std::uint32_t cells, std::uint32_t sequences)
    : owners_(cells, 0), free_(cells), cells_(sequences) {
  std::iota(free_.begin(), free_.end(), 0U);
}

void CellLedger::append(SequenceId sequence, std::uint32_t count) {
  assert(count <= free());
  for (; count > 0; --count) {
    const std::uint32_t cell = free_.back();
    free_.pop_back();
    owners_[cell] = 1;
    at(sequence).push_back(cell);
  }
}

void CellLedger::share(SequenceId source, SequenceId target, std::uint32_t length) {
  assert(at(target).empty() && length <= this->length(source));
  at(target).assign(at(source).begin(), at(source).begin() + length);
  for (const std::uint32_t cell : at(target)) ++owners_[cell];
}

void CellLedger::truncate(SequenceId sequence, std::uint32_t length) {
  Cells& cells = at(sequence);
  while (cells.size() > length) {
    if (--owners_[cells.back()] == 0) free_.push_back(cells.back());
    cells.pop_back();
  }
}

std::uint32_t CellLedger::held_by(const std::vector<SequenceId>& sequences) const {
  std::vector<bool> held(owners_.size());
  std::uint32_t count = 0;
  for (const SequenceId sequence : sequences) {
    for (const std::uint32_t cell : at(sequence)) {
      if (!held[cell]) ++count;
      held[cell] = true;
    }
  }
  return count;
}

}  // namespace pcai::backend::llamacpp
