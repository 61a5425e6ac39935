#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "core/mutex.h"

namespace pcai {

/// A few threads that run tasks in the order in which they were posted. Any thread may post, also
/// from a task. A task must not throw.
class TaskThreads {
 public:
  /// 0 means one thread. Throws NoThread.
  explicit TaskThreads(std::size_t count);

  /// Runs all that was posted, then ends the threads.
  ~TaskThreads();

  TaskThreads(const TaskThreads&) = delete;
  TaskThreads& operator=(const TaskThreads&) = delete;

  void post(std::function<void()> task);

 private:
  void run();

  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace pcai
