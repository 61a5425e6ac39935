#include "backend/llamacpp/plan/prefix_cache.h"

#include <algorithm>
#include <utility>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint32_t kLeastShared = 4;  // a shorter common prefix is not worth a sequence
constexpr std::uint32_t kLeastLead = 32;   // waiting for a leader must spare this many tokens

}  // namespace

PrefixCache::PrefixCache(std::uint32_t cells, std::uint32_t sequences) : ledger_(cells, sequences) {
  for (auto id = static_cast<SequenceId>(sequences); id-- > 0;) free_sequences_.push_back(id);
}

SequenceId PrefixCache::take_sequence() {
  while (free_sequences_.empty()) evict();
  const SequenceId sequence = free_sequences_.back();
  free_sequences_.pop_back();
  return sequence;
}

void PrefixCache::remove(SequenceId sequence) {
  ledger_.truncate(sequence, 0);
  operations_.push_back({.kind = MemoryOperation::Kind::Remove, .sequence = sequence});
  free_sequences_.push_back(sequence);
}

void PrefixCache::resize(SequenceId sequence, std::uint32_t length) {
  ledger_.truncate(sequence, length);
  ledger_.append(sequence, length - ledger_.length(sequence));
}

void PrefixCache::keep(SequenceId sequence, SequenceText text) {
  text.tokens.resize(ledger_.length(sequence));
  for (auto idle = idle_.begin(); idle != idle_.end();) {
    const std::uint32_t common = idle->text.is_like(text) ? idle->text.common_prefix(text) : 0;
    if (common == text.size()) return remove(sequence);
    if (common == idle->text.size()) {
      remove(idle->sequence);
      idle = idle_.erase(idle);
    } else {
      ++idle;
    }
  }
  idle_.push_back({sequence, std::move(text)});
}

PrefixMatch PrefixCache::find(const SequenceText& text,
                              const std::vector<RunningText>& running) const {
  PrefixMatch match;
  const auto consider = [&match](SequenceId sequence, std::uint32_t length) {
    if (length >= kLeastShared && length > match.length) {
      match.source = sequence;
      match.length = length;
    }
  };
  for (const Idle& idle : idle_) consider(idle.sequence, text.shareable_prefix(idle.text));
  for (const RunningText& other : running) {
    const std::uint32_t common = text.shareable_prefix(*other.text);
    consider(other.sequence, text.whole_prefix(std::min(common, other.computed)));
    if (other.has_prompt && common > match.lead) {
      match.leader = other.request;
      match.lead = common;
    }
  }
  if (match.lead < match.length + kLeastLead) match.leader = 0;
  return match;
}

void PrefixCache::touch(const PrefixMatch& match) {
  const auto source = std::find_if(idle_.begin(), idle_.end(),
                                   [&](const Idle& idle) { return idle.sequence == match.source; });
  if (source != idle_.end()) std::rotate(source, source + 1, idle_.end());
}

void PrefixCache::share(const PrefixMatch& match, SequenceId sequence, const SequenceText& text) {
  if (match.length == 0) return;
  ledger_.share(match.source, sequence, match.length);
  operations_.push_back({.kind = MemoryOperation::Kind::Copy,
                         .sequence = sequence,
                         .source = match.source,
                         .length = text.position_of(match.length)});
  const auto whole = std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) {
    return idle.sequence == match.source && idle.text.size() == match.length;
  });
  if (whole == idle_.end()) return;
  idle_.erase(whole);
  remove(match.source);
}

bool PrefixCache::make_room(std::uint32_t cells) {
  while (ledger_.free() < cells && evict()) {
  }
  return ledger_.free() >= cells;
}

bool PrefixCache::evict() {
  if (idle_.empty()) return false;
  remove(idle_.front().sequence);
  idle_.pop_front();
  return true;
}

std::vector<MemoryOperation> PrefixCache::take_operations() {
  return std::exchange(operations_, {});
}

}  // namespace pcai::backend::llamacpp
