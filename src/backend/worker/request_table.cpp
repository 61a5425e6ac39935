#include "backend/worker/request_table.h"

#include <utility>

namespace pcai::backend::worker {

Result<std::future<Status>> RequestTable::add(RequestId id, std::shared_ptr<EventSink> sink,
                                              std::uint64_t budget) {
  const MutexLock lock(mutex_);
  if (ended_) return fail(*ended_);
  const auto [place, is_new] =
      entries_.try_emplace(id, Entry{.sink = std::move(sink), .budget = budget});
  if (!is_new) {
    return fail(ErrorCode::Internal, "request " + std::to_string(id) + " is running already");
  }
  return place->second.answer.get_future();
}

void RequestTable::remove(RequestId id) {
  const MutexLock lock(mutex_);
  entries_.erase(id);
}

bool RequestTable::cancel(RequestId id) {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(id);
  return found != entries_.end() && !std::exchange(found->second.cancelled, true);
}

void RequestTable::taken(RequestId id) {
  const MutexLock lock(mutex_);
  if (const auto found = entries_.find(id); found != entries_.end()) found->second.take();
}

bool RequestTable::refused(RequestId id, Error error) {
  const MutexLock lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end()) return true;
  if (found->second.answered) return false;
  std::promise<Status> answer = std::move(found->second.answer);
  entries_.erase(found);  // before the answer, so that the caller finds its sink released
  answer.set_value(fail(std::move(error)));
  return true;
}

bool RequestTable::event(RequestId id, GenerateEvent event, std::size_t bytes) {
  std::shared_ptr<EventSink> sink;
  {
    const MutexLock lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return true;
    Entry& entry = found->second;
    if (bytes > entry.budget) return false;
    entry.budget -= bytes;
    entry.take();
    sink = entry.sink;
    if (is_last(event)) entries_.erase(found);
  }
  sink->on_event(std::move(event));
  return true;
}

void RequestTable::end(const Error& error) {
  std::unordered_map<RequestId, Entry> entries;
  {
    const MutexLock lock(mutex_);
    ended_ = error;
    entries.swap(entries_);
  }
  for (auto& [id, entry] : entries) {
    if (entry.answered) {
      entry.sink->on_event(Failed{error, {}, {}});
    } else {
      entry.sink.reset();
      entry.answer.set_value(fail(error));
    }
  }
}

bool RequestTable::empty() const {
  const MutexLock lock(mutex_);
  return entries_.empty();
}

std::optional<RequestTable::Clock::time_point> RequestTable::waiting_since() const {
  const MutexLock lock(mutex_);
  std::optional<Clock::time_point> since;
  for (const auto& [id, entry] : entries_) {
    if (!entry.answered && (!since || entry.since < *since)) since = entry.since;
  }
  return since;
}

}  // namespace pcai::backend::worker
