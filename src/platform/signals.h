#pragma once

#include <chrono>
#include <optional>

namespace pcai::platform {

/// While it lives, requests to end this process (SIGINT, SIGTERM or the system's equivalents) wait
/// here to be taken. Its destructor restores the earlier handling. One object at a time; any thread
/// may call it.
///
/// A signal that arrives while an earlier one still waits ends the process at once, with the exit
/// code 128 + its number: the user has waited long enough.
class Signals {
 public:
  static constexpr int kInterrupt = 2;  // Ctrl+C
  static constexpr int kReload = 1;     // SIGHUP; never arrives on systems without it

  Signals();
  ~Signals();

  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// The number of a signal that arrived and was not taken yet, waiting at most `timeout`.
  std::optional<int> take(std::chrono::milliseconds timeout);

  /// The same without a limit.
  int take();

  /// True if a signal other than kReload waits to be taken. Never blocks.
  bool pending() noexcept;

  /// Waits until stdin can be read. False if a signal waits to be taken, or at the time-out;
  /// without one it waits for ever.
  bool await_input(std::optional<std::chrono::milliseconds> timeout = {}) const noexcept;

  /// From now on kReload is taken like the others, but never ends the process.
  void accept_reload() noexcept;

  /// From now on a signal ends the process at once, with 128 + its number.
  void end_at_next() noexcept;

 private:
  struct Previous;
  Previous* previous_;
};

/// From now on SIGHUP (a closed terminal, or a reload until it is accepted) and SIGPIPE (a reader
/// that left) do not end the process.
void ignore_hangup_and_pipe() noexcept;

}  // namespace pcai::platform
