#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "core/mutex.h"
#include "platform/stream.h"

namespace pcai::backend::worker {

/// Whole messages over a connection between two processes. Any thread may call send(), wake() and
/// is_flushed(). One thread, always the same, calls wait() and receive() in turn.
class Channel {
 public:
  /// What receive() found. After Closed or Malformed nothing more can be received, and the owner
  /// gives up the channel.
  enum class State {
    Open,       // all that had come was delivered
    Closed,     // the other process closed its end or is gone
    Malformed,  // a length of 0 or over `max_message`, or on_message() returned false
  };

  /// Called with one message's payload, without its length. The text is borrowed for the call.
  /// Returns false if the payload is malformed.
  using OnMessage = std::function<bool(std::string_view payload)>;

  Channel(platform::Stream connection, std::size_t max_message, std::size_t max_unsent);

  /// Sends a frame (see encode() in messages.h), or keeps it until the other process reads on.
  /// Never blocks. Frames leave in the order of the calls. Returns false if `frame` would exceed
  /// `max_unsent`; then nothing of it is sent. On a closed channel it drops the frame and returns
  /// true, because receive() reports the closing.
  bool send(std::string frame);

  /// Ends the current wait() of the receiving thread, or its next one.
  void wake() noexcept { wake_.set(); }

  /// Waits for something to receive, for room to send, for `diagnostics` (may be null), for wake().
  platform::Ready wait(const platform::Stream* diagnostics, std::chrono::milliseconds timeout);

  /// Sends what can be sent, then reads and delivers whole messages on this thread. Never blocks,
  /// and stops after about 1 MiB so that the caller can look at its clock.
  State receive(const OnMessage& on_message);

  /// True if no frame waits to be sent. The other process need not have read them yet.
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

}  // namespace pcai::backend::worker
