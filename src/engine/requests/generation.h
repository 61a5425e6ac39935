#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "core/event.h"
#include "core/request.h"

namespace pcai::engine {

class GenerationBuffer;

/// One running request, held by its reader. One thread reads; any thread may cancel. It may outlive
/// the engine, which ends it.
class Generation {
 public:
  Generation(RequestId id, std::shared_ptr<GenerationBuffer> buffer,
             std::function<void(RequestId)> cancel);

  /// Cancels when the last event has not been read.
  ~Generation();

  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  RequestId id() const noexcept { return id_; }

  /// The next event, waiting at most `timeout` (0 = do not wait). Nothing on time-out and after the
  /// last event. Deltas that a slow reader left unread come merged.
  std::optional<GenerateEvent> next(std::chrono::milliseconds timeout);

  /// True once the last event has been taken by next().
  bool done() const noexcept;

  /// Asks the request to end; Failed(Cancelled) still comes unless it ended first.
  void cancel() noexcept;

  /// Calls `ready` each time an event arrives in an empty buffer, and at once if one is there. It
  /// runs on a backend or engine thread, or inside cancel(), and must neither block nor call back
  /// into this object. Pass an empty function to stop; when that returns no call is running.
  void on_ready(std::function<void()> ready);

 private:
  RequestId id_;
  std::shared_ptr<GenerationBuffer> buffer_;
  std::function<void(RequestId)> cancel_;
};

}  // namespace pcai::engine
