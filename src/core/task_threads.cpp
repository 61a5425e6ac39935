#include "core/task_threads.h"

#include <algorithm>
#include <utility>

#include "core/start_thread.h"

namespace pcai {

TaskThreads::TaskThreads(std::size_t count) {
  const std::size_t wanted = std::max<std::size_t>(count, 1);
  threads_.reserve(wanted);
  try {
    while (threads_.size() < wanted) threads_.push_back(start_thread([this] { run(); }));
  } catch (...) {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    throw;
  }
}

TaskThreads::~TaskThreads() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void TaskThreads::post(std::function<void()> task) {
  {
    const MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void TaskThreads::run() {
  while (true) {
    std::function<void()> task;  // gone before the next one, and without the mutex
    {
      const MutexLock lock(mutex_);
      changed_.wait(mutex_, [this]() REQUIRES(mutex_) { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace pcai
