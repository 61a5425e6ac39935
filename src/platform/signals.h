#pragma once

#include <chrono>
#include <optional>

namespace pcai::platform {

/// Turns the wish that this process ends (SIGINT, SIGTERM, what stands for them elsewhere) into
/// something one can ask for, while it lives; the earlier handling comes back afterwards. One
/// object at a time; any thread may ask.
///
/// Whoever sends a signal while the one before was not taken yet has waited long enough: the
/// process then ends at once, with 128 + the signal's number.
class Signals {
 public:
  static constexpr int kInterrupt = 2;  // Ctrl+C
  static constexpr int kReload = 1;     // SIGHUP, where there is such a thing

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

  /// Waits until stdin can be read. False if a signal waits to be taken, or so long nothing came;
  /// without a time it waits for ever.
  bool await_input(std::optional<std::chrono::milliseconds> timeout = {}) const noexcept;

  /// From now on kReload is taken like the others, but never ends the process.
  void accept_reload() noexcept;

  /// From now on a signal ends the process at once, with 128 + its number.
  void end_at_next() noexcept;

 private:
  struct Previous;
  Previous* previous_;
};

/// A closed terminal or a reload, until it is accepted, and a reader that left (SIGHUP, SIGPIPE) no
/// longer end the process.
void ignore_hangup_and_pipe() noexcept;

}  // namespace pcai::platform
