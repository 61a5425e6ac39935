#pragma once

#include <cstdint>
#include <vector>

namespace pcai::backend::llamacpp {

/// Chooses how many threads compute a step. A step is a thousand operations with a barrier after
/// each: where another process holds a core, every barrier waits for the operating system and fewer
/// threads are several times faster. So it compares: it keeps to the number that was fastest
/// lately, tries its neighbours now and then, and at once when a step took unusually long. Small
/// and large steps are told apart, but a change for one kind is the other kind's next guess. Not
/// thread-safe.
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
    double ms = 0;  // smoothed, of a token; 0 = never tried
  };

  /// One kind of step.
  struct Kind {
    std::vector<Level> levels;  // most threads first
    std::size_t chosen = 0;
    std::size_t tried = 0;  // the level of the running step
    bool downwards = true;  // which neighbour is tried next
    std::uint32_t until_trial = 0;
    std::uint32_t interval = 0;

    std::uint32_t threads();
    bool record(double ms);
    bool settle();
    void follow(std::size_t level);
  };

  Kind small_;
  Kind large_;
};

}  // namespace pcai::backend::llamacpp
