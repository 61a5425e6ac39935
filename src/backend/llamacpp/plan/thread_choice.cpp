#include "backend/llamacpp/plan/thread_choice.h"

#include <algorithm>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint32_t kSmallStep = 8;       // tokens
constexpr std::uint32_t kFirstInterval = 16;  // steps between trials; doubles while they fail
constexpr std::uint32_t kLastInterval = 256;
constexpr double kUnusual = 2.0;    // times the smoothed figure
constexpr double kNewWeight = 0.3;  // of the latest step in the smoothed figure
constexpr double kWorthIt = 0.9;    // a trial must be this much faster

// A small shared step costs more than a lone one, about half a token more for each further token; a
// large one costs its tokens, and as much as some tokens for reading the weights.
double per_token(std::uint32_t tokens, double elapsed_ms) {
  return tokens <= kSmallStep ? elapsed_ms / (0.5 + 0.5 * tokens) : elapsed_ms / (16.0 + tokens);
}

}  // namespace

ThreadChoice::ThreadChoice(std::uint32_t most) {
  for (const std::uint32_t threads : {most, most - 1, most / 2, 1U}) {
    if (threads > 0 && (small_.levels.empty() || threads < small_.levels.back().threads)) {
      small_.levels.push_back({.threads = threads});
    }
  }
  small_.until_trial = small_.interval = kFirstInterval;
  large_ = small_;
}

std::uint32_t ThreadChoice::threads(std::uint32_t tokens) {
  return (tokens <= kSmallStep ? small_ : large_).threads();
}

void ThreadChoice::record(std::uint32_t tokens, double elapsed_ms) {
  const bool small = tokens <= kSmallStep;
  Kind& kind = small ? small_ : large_;
  if (kind.record(per_token(tokens, elapsed_ms))) (small ? large_ : small_).follow(kind.chosen);
}

std::uint32_t ThreadChoice::Kind::threads() {
  tried = chosen;
  if (levels.size() > 1 && until_trial-- == 0) {
    const bool can_go_down = chosen + 1 < levels.size();
    tried = can_go_down && (downwards || chosen == 0) ? chosen + 1 : chosen - 1;
    downwards = !downwards;
  }
  return levels[tried].threads;
}

/// True when another level was chosen.
bool ThreadChoice::Kind::record(double ms) {
  if (levels.size() < 2) return false;
  Level& level = levels[tried];
  if (tried != chosen) {
    level.ms = ms;
    return settle();
  }
  const bool unusual = level.ms > 0 && ms > kUnusual * level.ms;
  level.ms = level.ms == 0 ? ms : level.ms + kNewWeight * (ms - level.ms);
  if (unusual) {
    until_trial = 0;
    downwards = true;
  }
  return false;
}

bool ThreadChoice::Kind::settle() {
  const bool changed = levels[tried].ms < kWorthIt * levels[chosen].ms;
  if (changed) {
    chosen = tried;
    interval = kFirstInterval;
  } else {
    interval = std::min(interval * 2, kLastInterval);
  }
  until_trial = interval;
  return changed;
}

/// What the other kind found out; a trial soon checks it.
void ThreadChoice::Kind::follow(std::size_t level) {
  if (chosen == level) return;
  chosen = level;
  levels[level].ms = 0;  // measured at another time, if at all
  interval = until_trial = kFirstInterval;
}

}  // namespace pcai::backend::llamacpp
