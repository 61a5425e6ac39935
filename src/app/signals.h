#pragma once

#include <chrono>
#include <optional>

namespace pcai {

/// Turns SIGINT and SIGTERM into something one can ask for, while it lives; the earlier handling
/// comes back afterwards. One object at a time; any thread may ask.
class Signals {
 public:
  Signals();
  ~Signals();

  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The number of a signal that arrived and was not taken yet, waiting at most `timeout`; each
  /// signal is given once.
  std::optional<int> take(std::chrono::milliseconds timeout);

  /// The same without a limit.
  int take();

  /// True when a signal waits to be taken. Never blocks.
  bool pending() noexcept;

  /// From now on a signal ends the process at once, with 128 + its number.
  void end_at_next() noexcept;

 private:
  struct Previous;
  Previous* previous_;
};

/// SIGHUP (a closed terminal, a reload) and SIGPIPE (a reader that left) no longer end the process.
void ignore_hangup_and_pipe() noexcept;

}  // namespace pcai
