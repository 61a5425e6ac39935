#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/thread_annotations.h"

namespace pcai {

/// std::mutex with annotations, which the standard library's has none of. Everything in src/ uses
/// these three classes instead of the standard's, so that clang checks what a mutex guards
/// (tools/check_layers refuses others).
class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

/// Holds a mutex until the end of its scope, but for the time between unlock() and lock().
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() {
    if (held_) mutex_.unlock();
  }

  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void lock() ACQUIRE() {
    mutex_.lock();
    held_ = true;
  }
  void unlock() RELEASE() {
    held_ = false;
    mutex_.unlock();
  }

 private:
  Mutex& mutex_;
  bool held_ = true;
};

/// std::condition_variable for a Mutex that the caller holds. `ready` is called with it held; a
/// lambda that reads what the mutex guards says REQUIRES(mutex).
class CondVar {
 public:
  void notify_one() noexcept { changed_.notify_one(); }
  void notify_all() noexcept { changed_.notify_all(); }

  void wait(Mutex& mutex) REQUIRES(mutex) { changed_.wait(Held(mutex).lock); }

  template <class Ready>
  void wait(Mutex& mutex, Ready ready) REQUIRES(mutex) {
    changed_.wait(Held(mutex).lock, std::move(ready));
  }

  template <class Duration>
  void wait_for(Mutex& mutex, const Duration& timeout) REQUIRES(mutex) {
    changed_.wait_for(Held(mutex).lock, timeout);
  }

  /// What `ready` said at the end; false only after the timeout.
  template <class Duration, class Ready>
  bool wait_for(Mutex& mutex, const Duration& timeout, Ready ready) REQUIRES(mutex) {
    return changed_.wait_for(Held(mutex).lock, timeout, std::move(ready));
  }

  template <class Time>
  void wait_until(Mutex& mutex, const Time& time) REQUIRES(mutex) {
    changed_.wait_until(Held(mutex).lock, time);
  }

  template <class Time, class Ready>
  bool wait_until(Mutex& mutex, const Time& time, Ready ready) REQUIRES(mutex) {
    return changed_.wait_until(Held(mutex).lock, time, std::move(ready));
  }

 private:
  /// The standard's lock for a mutex that is held before and after.
  struct Held {
    explicit Held(Mutex& mutex) : own(mutex.mutex_, std::adopt_lock), lock(own) {}
    ~Held() { own.release(); }
    std::unique_lock<std::mutex> own;
    std::unique_lock<std::mutex>& lock;  // also of a temporary object
  };

  std::condition_variable changed_;
};

}  // namespace pcai
