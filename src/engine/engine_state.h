#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "core/mutex.h"
#include "engine/engine.h"
#include "engine/engine_mutex.h"
#include "engine/models/model_table.h"

namespace pcai::engine {

/// Far enough to be "never", near enough not to overflow the clock.
constexpr std::chrono::milliseconds kLongestTimeout = std::chrono::hours(24 * 365);

/// The error of a request that was ended with this code: Cancelled or DeadlineExceeded.
Error ended_early(ErrorCode code);

/// What the parts of an engine share, and the one mutex that guards it and all of theirs.
///
/// With the mutex held no backend is called, except for alive() and info(), and no event is
/// delivered. What happens to a model is told with it held, in the order of what happened.
class EngineState {
 public:
  EngineState(EngineOptions engine_options, std::function<void(const ModelRecord&)> on_model)
      : options(engine_options), on_model_(std::move(on_model)) {}

  /// For EngineLock, and for functions that give up their caller's mutex for a while.
  void lock() ACQUIRE(engine_mutex) NO_THREAD_SAFETY_ANALYSIS { mutex_.lock(); }
  void unlock() RELEASE(engine_mutex) NO_THREAD_SAFETY_ANALYSIS { mutex_.unlock(); }

  /// A model's phase, its last lease's end or the last request's end: who waits looks again.
  void notify() noexcept { changed_.notify_all(); }

  template <class Ready>
  void wait(Ready ready) REQUIRES(engine_mutex) NO_THREAD_SAFETY_ANALYSIS {
    changed_.wait(mutex_, std::move(ready));
  }
  template <class Ready>
  bool wait_for(std::chrono::milliseconds timeout, Ready ready)
      REQUIRES(engine_mutex) NO_THREAD_SAFETY_ANALYSIS {
    return changed_.wait_for(mutex_, timeout, std::move(ready));
  }
  void wait_for(std::chrono::milliseconds timeout)
      REQUIRES(engine_mutex) NO_THREAD_SAFETY_ANALYSIS {
    changed_.wait_for(mutex_, timeout);
  }

  /// Tells what happened to a model.
  void record(const Model& model, ModelRecord::What what, std::string reason = {}) const
      REQUIRES(engine_mutex);

  /// Fails with ModelNotFound, or Draining.
  Result<Model*> find_for_request(const std::string& id) const REQUIRES(engine_mutex);

  const EngineOptions options;

  ModelTable models GUARDED_BY(engine_mutex);
  RequestId last_id GUARDED_BY(engine_mutex) = 0;  // of requests and inquiries
  bool draining GUARDED_BY(engine_mutex) = false;
  EngineStats counts GUARDED_BY(engine_mutex);  // but for queued and running

 private:
  const std::function<void(const ModelRecord&)> on_model_;
  Mutex mutex_;
  CondVar changed_;
};

/// Holds an engine's mutex until the end of its scope, but for the time between unlock() and
/// lock().
class SCOPED_CAPABILITY EngineLock {
 public:
  explicit EngineLock(EngineState& state) ACQUIRE(engine_mutex) : state_(state) { state_.lock(); }
  ~EngineLock() RELEASE() {
    if (held_) state_.unlock();
  }

  EngineLock(const EngineLock&) = delete;
  EngineLock& operator=(const EngineLock&) = delete;

  void lock() ACQUIRE() {
    state_.lock();
    held_ = true;
  }
  void unlock() RELEASE() {
    held_ = false;
    state_.unlock();
  }

 private:
  EngineState& state_;
  bool held_ = true;
};

}  // namespace pcai::engine
