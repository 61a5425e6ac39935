#pragma once

#include <atomic>
#include <boost/beast/core/flat_buffer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/connection/net.h"
#include "http/connection/server.h"

namespace pcai::http {

/// One client's socket: it reads and writes bytes, keeps a deadline, and notices when the client
/// leaves. Lives on its loop's thread; other threads may call only waker()'s function.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  enum class Fill { Ok, Gone, TimedOut };

  Connection(Socket socket, const HttpOptions& options);

  /// Reads what has come into input(). Waits until the deadline for at least one byte.
  Task<Fill> fill(std::size_t at_most);

  /// Bytes that were read and not yet consumed.
  std::string_view input() const noexcept;
  void consume(std::size_t bytes);

  /// Writes everything. Returns false if the client left, or accepted nothing for the write
  /// timeout; then the socket is closed. `bytes` must live until it returns.
  Task<bool> send(std::string_view bytes);

  /// Waits until wake() was called since the last wait, until `time`, or until the client leaves.
  /// From the first wait to unwatch() the client is watched: EOF and RST set gone() and wake. A
  /// client that closes only its sending side counts as gone. Pipelined bytes are kept.
  Task<void> wait_until(Clock::time_point time);
  void wake();

  /// Call it before the next fill().
  void unwatch();

  /// A function that wakes the connection. Any thread may call it, even after the connection has
  /// ended.
  std::function<void()> waker();

  bool gone() const noexcept { return gone_; }

  /// Sets the time within which fill() must succeed. It runs until it is set again or cleared.
  void set_deadline(Clock::duration from_now);
  void clear_deadline();

  /// Waits for the next request's first byte. Returns false if none came in `time`, or no more
  /// requests are accepted.
  Task<bool> wait_for_request(Clock::duration time);

  /// The server shuts down: the present request is the last one. Without one the connection closes
  /// now.
  void drain();
  bool draining() const noexcept { return draining_; }

  /// The time for shutting down is over: what still runs should report that and return.
  void end();
  bool ending() const noexcept { return ending_; }

  /// Closes at once, whatever is running.
  void close();

  /// Ends sending, and reads for a moment what the client still sends, so that a reset does not
  /// destroy the answer.
  Task<void> close_gently();

  const std::string& remote() const noexcept { return remote_; }

  /// True if the client's address is a loopback address, or the one at which it reached us.
  bool from_this_machine() const noexcept { return from_this_machine_; }

 private:
  void arm(Clock::time_point time);
  void watch();
  void on_readable();

  Socket socket_;
  Timer deadline_timer_;
  Timer wake_timer_;
  boost::beast::flat_buffer input_;
  std::string remote_;
  bool from_this_machine_;
  Clock::duration write_timeout_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point armed_for_ = Clock::time_point::max();
  std::uint32_t watch_ = 0;  // odd while watching; a stale handler finds another number
  bool expired_ = false;
  bool woken_ = false;
  bool gone_ = false;
  bool draining_ = false;
  bool ending_ = false;
  bool idle_ = false;  // no byte of a request has come
  std::atomic<bool> wake_posted_ = false;
};

}  // namespace pcai::http
