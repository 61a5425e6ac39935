#include "backend/llamacpp/thread_choice.h"

#include <algorithm>

namespace pcai {
namespace {

constexpr std::uint32_t kSmallStep = 8;       // tokens
constexpr std::uint32_t kFirstInterval = 16;  // steps between trials; doubles while they fail
constexpr std::uint32_t kLastInterval = 256;
constexpr double kUnusual = 2.0;    // times the smoothed figure
constexpr double kNewWeight = 0.3;  // of the latest step in the smoothed figure
constexpr double kWorthIt = 0.9;    // a trial must be this much faster

// A shared step costs more than a lone one, about half a token more for each further token.
double per_lone_token(std::uint32_t tokens, double elapsed_ms) {
  return elapsed_ms / (0.5 + 0.5 * tokens);
}

}  // namespace

ThreadChoice::ThreadChoice(std::uint32_t most)
    : until_trial_(kFirstInterval), interval_(kFirstInterval) {
  for (const std::uint32_t threads : {most, most - 1, most / 2, 1U}) {
    if (threads > 0 && (levels_.empty() || threads < levels_.back().threads)) {
      levels_.push_back({.threads = threads});
    }
  }
}

std::uint32_t ThreadChoice::threads(std::uint32_t tokens) {
  if (tokens > kSmallStep) return levels_.front().threads;
  tried_ = chosen_;
  if (levels_.size() > 1 && until_trial_-- == 0) {
    const bool can_go_down = chosen_ + 1 < levels_.size();
    tried_ = can_go_down && (downwards_ || chosen_ == 0) ? chosen_ + 1 : chosen_ - 1;
    downwards_ = !downwards_;
  }
  return levels_[tried_].threads;
}

void ThreadChoice::record(std::uint32_t tokens, double elapsed_ms) {
  if (tokens > kSmallStep || levels_.size() < 2) return;
  const double ms = per_lone_token(tokens, elapsed_ms);
  Level& level = levels_[tried_];
  if (tried_ != chosen_) {
    level.ms = ms;
    settle();
    return;
  }
  const bool unusual = level.ms > 0 && ms > kUnusual * level.ms;
  level.ms = level.ms == 0 ? ms : level.ms + kNewWeight * (ms - level.ms);
  if (unusual) {
    until_trial_ = 0;
    downwards_ = true;
  }
}

void ThreadChoice::settle() {
  if (levels_[tried_].ms < kWorthIt * levels_[chosen_].ms) {
    chosen_ = tried_;
    interval_ = kFirstInterval;
  } else {
    interval_ = std::min(interval_ * 2, kLastInterval);
  }
  until_trial_ = interval_;
}

}  // namespace pcai
