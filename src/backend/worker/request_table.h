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

namespace pcai::backend::worker {

/// The live requests of one worker, on the parent's side. Any thread may call add(), remove(),
/// cancel() and the const methods. One thread reports what the worker said and calls end(); it also
/// calls the sinks, never with the lock held. The table shares a sink until the request's last
/// event.
class RequestTable {
 public:
  using Clock = std::chrono::steady_clock;

  /// Adds a request, before the worker is asked to take it. The future becomes the worker's answer:
  /// success, or the error with which it refused. `budget`: the most bytes that all its events
  /// may have together. Fails after end(), with the error given there, and with Internal if `id`
  /// is live.
  Result<std::future<Status>> add(RequestId id, std::shared_ptr<EventSink> sink,
                                  std::uint64_t budget);

  /// Forgets a request that could not be sent to the worker. Its future is never set.
  void remove(RequestId id);

  /// Marks a live request as cancelled. Returns true if the worker must be told, that is, the first
  /// time. The request stays until its last event.
  bool cancel(RequestId id);

  // What the worker said. An unknown id is ignored: that request has ended here already. False
  // means that the worker cannot be trusted any more.

  /// The worker took the request: sets the future to success. Harmless if that was said before.
  void taken(RequestId id);

  /// The worker refused the request: forgets it and sets the future to `error`. False if the worker
  /// had taken it before.
  bool refused(RequestId id, Error error);

  /// Passes one event of `bytes` bytes to the request's sink. The first one counts as taken(), and
  /// the last one ends the request here. False if the budget is exceeded: the event is dropped,
  /// because a reader would have to keep all that.
  bool event(RequestId id, GenerateEvent event, std::size_t bytes);

  /// Fails every request and all later ones, as the worker has ended. A request that was taken gets
  /// a Failed event; the others get the error as the worker's answer.
  void end(const Error& error);

  /// True if no request is live.
  bool empty() const;

  /// Since when the oldest request that was neither taken nor refused has been waiting; nothing if
  /// there is none.
  std::optional<Clock::time_point> waiting_since() const;

 private:
  struct Entry {
    std::shared_ptr<EventSink> sink;
    std::uint64_t budget;              // bytes of events that are left
    std::promise<Status> answer = {};  // whether the worker took the request
    bool answered = false;
    bool cancelled = false;  // the worker was told
    Clock::time_point since = Clock::now();

    void take() {
      if (!std::exchange(answered, true)) answer.set_value({});
    }
  };

  mutable Mutex mutex_;
  std::unordered_map<RequestId, Entry> entries_ GUARDED_BY(mutex_);
  std::optional<Error> ended_ GUARDED_BY(mutex_);
};

}  // namespace pcai::backend::worker
