#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "backend/event_sink.h"
#include "core/event.h"
#include "core/mutex.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai {

/// The live requests of one worker, on the parent's side. Any thread may add and cancel; one thread
/// tells what the worker said, and calls the sinks.
class RequestTable {
 public:
  using Clock = std::chrono::steady_clock;

  /// A request that the worker is about to be asked to take; the future is its answer. Its events
  /// may have `budget` bytes. Fails after end(), with its error.
  Result<std::future<Status>> add(RequestId id, std::shared_ptr<EventSink> sink,
                                  std::uint64_t budget);

  /// Forgets a request that the worker could not be asked after all.
  void remove(RequestId id);

  /// True the first time for a live request: the worker must be told.
  bool cancel(RequestId id);

  // What the worker said. Unknown ids are ignored: those requests have ended here already.

  void taken(RequestId id);

  /// False when the request was taken before, which no worker in its senses says.
  bool refused(RequestId id, Error error);

  /// False when the request has used up its budget: a reader would have to keep all that.
  bool event(RequestId id, GenerateEvent event, std::size_t bytes);

  /// Fails every request, and all later ones.
  void end(const Error& error);

  bool empty() const;

  /// Since when the worker owes an answer to the one that waits longest for being taken.
  std::optional<Clock::time_point> waiting_since() const;

 private:
  struct Entry {
    std::shared_ptr<EventSink> sink;
    std::uint64_t budget;
    std::promise<Status> answer = {};
    bool answered = false;
    bool cancelled = false;
    Clock::time_point since = Clock::now();

    void take() {
      if (!std::exchange(answered, true)) answer.set_value({});
    }
  };

  mutable Mutex mutex_;
  std::unordered_map<RequestId, Entry> entries_ GUARDED_BY(mutex_);
  std::optional<Error> ended_ GUARDED_BY(mutex_);
};

}  // namespace pcai
