#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <optional>

#include "core/event.h"

namespace pcai::engine {

/// The events that one reader has not read yet. Any thread may call any method; writers never wait
/// for the reader. Past kMostUnread events a delta is merged into the last unread one, so that
/// memory is bounded by the answer.
class GenerationBuffer {
 public:
  static constexpr std::size_t kMostUnread = 64;

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
  void add(GenerateEvent event);  // with mutex_ held

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::list<GenerateEvent>
      unread_;          // a list, because most generations wait and an empty one is small
  bool begun_ = false;  // an event was added
  bool ended_ = false;  // the last event was added
  bool done_ = false;   // the last event was taken
  bool abandoned_ = false;
  std::function<void()> ready_;
};

}  // namespace pcai::engine
