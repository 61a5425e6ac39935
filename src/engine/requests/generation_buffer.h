#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <optional>

#include "core/event.h"
#include "core/mutex.h"

namespace pcai::engine {

/// The events that one reader has not read yet. Any thread may call any method; writers never wait
/// for the reader. Past kMaxUnread events a delta is merged into the last unread one, so that
/// memory is bounded by the answer.
class GenerationBuffer {
 public:
  static constexpr std::size_t kMaxUnread = 64;

  /// Adds Accepted, unless an event was added before.
  void accept();

  /// Adds an event. Ignored after the last event.
  void push(GenerateEvent event);

  /// As Generation::next.
  std::optional<GenerateEvent> next(std::chrono::milliseconds timeout);

  /// True once the last event has been taken.
  bool done() const;

  /// As Generation::on_ready.
  void on_ready(std::function<void()> ready);

  /// The reader is gone: drops what is unread and all that comes.
  void abandon();

 private:
  void add(GenerateEvent event) REQUIRES(mutex_);

  mutable Mutex mutex_;
  CondVar arrived_;
  /// A list, because most generations wait and an empty one is small.
  std::list<GenerateEvent> unread_ GUARDED_BY(mutex_);
  bool begun_ GUARDED_BY(mutex_) = false;  // an event was added
  bool ended_ GUARDED_BY(mutex_) = false;  // the last event was added
  bool done_ GUARDED_BY(mutex_) = false;   // the last event was taken
  bool abandoned_ GUARDED_BY(mutex_) = false;
  std::function<void()> ready_ GUARDED_BY(mutex_);
};

}  // namespace pcai::engine
