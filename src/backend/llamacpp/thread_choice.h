#pragma once

#include <cstdint>
#include <vector>

namespace pcai {

/// Chooses how many threads compute a small step. Such a step is a thousand short operations with a
/// barrier after each: where another process holds a core, every barrier waits for the scheduler
/// and fewer threads are several times faster. So it compares: it keeps to the number that was
/// fastest lately, tries its neighbours now and then, and at once when a step took unusually long.
/// Large steps always take all threads. Not thread-safe.
class ThreadChoice {
 public:
  explicit ThreadChoice(std::uint32_t most);

  /// For the next step, of so many tokens.
  std::uint32_t threads(std::uint32_t tokens);

  /// What that step took.
  void record(std::uint32_t tokens, double elapsed_ms);

 private:
  struct Level {
    std::uint32_t threads;
    double ms = 0;  // smoothed, of a one-token step; 0 = never tried
  };

  void settle();

  std::vector<Level> levels_;  // most threads first
  std::size_t chosen_ = 0;
  std::size_t tried_ = 0;  // the level of the running step
  bool downwards_ = true;  // which neighbour is tried next
  std::uint32_t until_trial_;
  std::uint32_t interval_;
};

}  // namespace pcai
