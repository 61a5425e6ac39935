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

/// One client's socket: bytes in and out, its deadline, and the news that the client is gone. Lives
/// on its loop's thread; only waker()'s function may be called from others.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  enum class Fill { Ok, Gone, TimedOut };

  Connection(Socket socket, const HttpOptions& options);

  /// Reads what is there into input(), waiting for at least one byte until the deadline.
  Task<Fill> fill(std::size_t at_most);

  /// Bytes that were read and not yet consumed.
  std::string_view input() const noexcept;
  void consume(std::size_t bytes);

  /// Writes everything. False when the client is gone or took nothing for the write timeout; then
  /// the socket is closed. `bytes` must live until it returns.
  Task<bool> send(std::string_view bytes);

  /// Returns when wake() was called since the last wait, at `time`, or when the client is gone.
  /// From the first wait to unwatch() its leaving is noticed: EOF and RST set gone() and wake. A
  /// client that only shuts down its sending side counts as gone. Pipelined bytes are kept.
  Task<void> wait_until(Clock::time_point time);
  void wake();

  /// Before the next fill().
  void unwatch();

  /// A function that wakes from any thread, also after the connection has ended.
  std::function<void()> waker();

  bool gone() const noexcept { return gone_; }

  /// Time left to the present fill(); it runs until it is set again or cleared.
  void set_deadline(Clock::duration from_now);
  void clear_deadline();

  /// Waits for the next request's first byte. False when none came in `time` or none may come.
  Task<bool> wait_for_request(Clock::duration time);

  /// The server shuts down: the present request is the last one; without one it closes now.
  void drain();
  bool draining() const noexcept { return draining_; }

  /// The grace is over: what still runs should say so and return.
  void end();
  bool ending() const noexcept { return ending_; }

  /// Closes at once, whatever is under way.
  void close();

  /// Says that nothing more will be sent, and reads what the client still sends for a moment, so
  /// that the answer is not lost in a reset.
  Task<void> close_gently();

  const std::string& remote() const noexcept { return remote_; }

 private:
  void arm(Clock::time_point time);
  void watch();
  void on_readable();

  Socket socket_;
  Timer deadline_timer_;
  Timer wake_timer_;
  boost::beast::flat_buffer input_;
  std::string remote_;
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
