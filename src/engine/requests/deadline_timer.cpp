#include "engine/requests/deadline_timer.h"

#include "core/start_thread.h"

namespace pcai::engine {

DeadlineTimer::DeadlineTimer(std::function<void(RequestId)> expired)
    : expired_(std::move(expired)), thread_(start_thread([this] { run(); })) {}

DeadlineTimer::~DeadlineTimer() {
  stop();
}

void DeadlineTimer::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void DeadlineTimer::add(Clock::time_point time, RequestId id) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    const auto added = deadlines_.emplace(time, id).first;
    first = added == deadlines_.begin();
  }
  if (first) changed_.notify_one();
}

void DeadlineTimer::remove(Clock::time_point time, RequestId id) {
  const MutexLock lock(mutex_);
  deadlines_.erase({time, id});
}

void DeadlineTimer::run() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (deadlines_.empty()) {
      changed_.wait(mutex_);
      continue;
    }
    const auto [time, id] = *deadlines_.begin();
    if (Clock::now() < time) {
      changed_.wait_until(mutex_, time);
      continue;
    }
    deadlines_.erase(deadlines_.begin());
    lock.unlock();
    expired_(id);
    lock.lock();
  }
}

}  // namespace pcai::engine
