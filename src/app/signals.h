#pragma once

#include <chrono>
#include <optional>

namespace pcai::app {

/// Turns SIGINT and SIGTERM into something one can ask for, while it lives; the earlier handling
/// comes back afterwards. One object at a time; any thread may ask.
///
/// Whoever sends a signal while the one before was not taken yet has waited long enough: the
/// process then ends at once, with 128 + the signal's number.
class Signals {
 public:
  Signals();
  ~Signals();

  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The number of a signal that arrived and was not taken yet, waiting at most `timeout`.
  std::optional<int> take(std::chrono::milliseconds timeout);

  /// The same without a limit.
  int take();

  /// True when a signal other than SIGHUP waits to be taken. Never blocks.
  bool pending() noexcept;

  /// A file descriptor that can be read from, which nobody but this object may do, while a signal
  /// waits to be taken: for poll().
  int descriptor() const noexcept;

  /// From now on SIGHUP is taken like the others, but never ends the process.
  void accept_hangup() noexcept;

  /// From now on a signal ends the process at once, with 128 + its number.
  void end_at_next() noexcept;

 private:
  struct Previous;
  Previous* previous_;
};

/// SIGHUP (a closed terminal, a reload), until it is accepted, and SIGPIPE (a reader that left) no
/// longer end the process.
void ignore_hangup_and_pipe() noexcept;

}  // namespace pcai::app
