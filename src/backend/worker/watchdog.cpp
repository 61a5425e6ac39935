#include "backend/worker/watchdog.h"

#include <algorithm>
#include <cstdio>

namespace pcai::backend::worker {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestInterval{1000};
constexpr int kLooksPerLimit = 8;

std::string seconds(milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g s", static_cast<double>(time.count()) / 1000);
  return text;
}

}  // namespace

Watchdog::Watchdog(milliseconds silence, milliseconds stall, Clock::time_point now)
    : silence_(silence),
      stall_(stall),
      interval_(kLongestInterval),
      heard_(now),
      progressed_(now),
      asked_(now) {
  for (const milliseconds limit : {silence, stall}) {
    if (limit.count() > 0) interval_ = std::min(interval_, limit / kLooksPerLimit);
  }
  interval_ = std::max(interval_, milliseconds(1));
}

std::string Watchdog::verdict(Clock::time_point now, bool busy) {
  // Far too late: this process was stopped or starved itself, which says nothing about the worker.
  if (now - asked_ > interval_ * kLooksPerLimit / 2) heard_ = progressed_ = now;
  asked_ = now;
  if (!busy) progressed_ = now;
  if (silence_.count() > 0 && now - heard_ > silence_) {
    return "it sent nothing for " + seconds(silence_);
  }
  if (stall_.count() > 0 && now - progressed_ > stall_) {
    return "its requests made no progress for " + seconds(stall_);
  }
  return {};
}

}  // namespace pcai::backend::worker
