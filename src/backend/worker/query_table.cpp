#include "backend/worker/query_table.h"

#include <iterator>
#include <utility>

namespace pcai::backend::worker {

Result<std::future<Result<QueryAnswer>>> QueryTable::add(RequestId id, std::size_t vectors) {
  const MutexLock lock(mutex_);
  if (ended_) return fail(*ended_);
  return entries_.try_emplace(id, Entry{vectors}).first->second.answer.get_future();
}

bool QueryTable::fail_query(RequestId id, Error error) {
  const MutexLock lock(mutex_);
  auto node = entries_.extract(id);
  if (node.empty()) return false;
  node.mapped().answer.set_value(fail(std::move(error)));
  return true;
}

bool QueryTable::answered(RequestId id, QueryAnswer answer) {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return true;
  Entry& entry = found->second;
  if (auto* part = std::get_if<Embeddings>(&answer)) {
    if (part->items.size() > entry.vectors_left || (part->more && part->items.empty())) {
      return false;
    }
    entry.vectors_left -= part->items.size();
    std::move(part->items.begin(), part->items.end(), std::back_inserter(entry.embeddings));
    if (part->more) return true;
    part->items = std::move(entry.embeddings);
  }
  entry.answer.set_value(std::move(answer));
  entries_.erase(found);
  return true;
}

void QueryTable::end(const Error& error) {
  const MutexLock lock(mutex_);
  ended_ = error;
  for (auto& [id, entry] : entries_) entry.answer.set_value(fail(error));
  entries_.clear();
}

}  // namespace pcai::backend::worker
