#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "core/mutex.h"
#include "platform/stream.h"

namespace pcai {

/// Whole messages over a connection. Any thread may send and wake; one thread waits and receives.
class Channel {
 public:
  enum class State { Open, Closed, Malformed };

  /// Called with a message's payload, which lives for the call. False: it is malformed.
  using OnMessage = std::function<bool(std::string_view payload)>;

  Channel(platform::Stream connection, std::size_t max_message, std::size_t max_unsent);

  /// Sends a frame (see encode) or keeps it until the other side reads on; never blocks. False when
  /// too much is unsent already. To a closed channel it sends nothing, and that is no failure:
  /// receive() tells.
  bool send(std::string frame);

  /// Ends wait().
  void wake() noexcept { wake_.set(); }

  /// Waits for something to receive, for room to send, for `diagnostics` (may be null), for wake().
  platform::Ready wait(const platform::Stream* diagnostics, std::chrono::milliseconds timeout);

  /// Takes what has come and sends what can be sent.
  State receive(const OnMessage& on_message);

  /// True when all that was sent has left this process.
  bool is_flushed() const;

 private:
  void flush() REQUIRES(mutex_);
  State deliver(const OnMessage& on_message);

  platform::Stream connection_;
  platform::Wake wake_;
  const std::size_t max_message_;
  const std::size_t max_unsent_;

  std::string received_;  // what deliver has not taken yet; only the receiving thread

  mutable Mutex mutex_;
  std::deque<std::string> unsent_ GUARDED_BY(mutex_);
  std::size_t first_offset_ GUARDED_BY(mutex_) = 0;  // so much of unsent_.front() is sent
  std::size_t unsent_bytes_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace pcai
