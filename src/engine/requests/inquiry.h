#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "core/mutex.h"
#include "core/request.h"
#include "core/result.h"
#include "engine/engine_mutex.h"

namespace pcai::engine {

struct Model;

/// One call of a model's ability on its way: the engine's side.
struct PendingInquiry {
  const RequestId id;
  Model& model;
  std::stop_source stop = {};
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
  std::optional<ErrorCode> end_code GUARDED_BY(engine_mutex) = {};  // it was asked to end, and why
};

/// Where the answer waits for its reader. Any thread may call any method.
template <class T>
class InquiryAnswer {
 public:
  /// Once only.
  void set(Result<T> answer) {
    const MutexLock lock(mutex_);
    answer_ = std::move(answer);
    arrived_.notify_all();
    if (ready_) ready_();
  }

  std::optional<Result<T>> take(std::chrono::milliseconds timeout) {
    const MutexLock lock(mutex_);
    // A day at most, so that "for ever" in milliseconds does not overflow the clock.
    const auto wait = std::min<std::chrono::milliseconds>(timeout, std::chrono::hours(24));
    const auto there = [this]() REQUIRES(mutex_) { return answer_.has_value(); };
    if (!arrived_.wait_for(mutex_, wait, there)) return {};
    return std::exchange(answer_, std::nullopt);
  }

  void on_ready(std::function<void()> ready) {
    const MutexLock lock(mutex_);
    ready_ = std::move(ready);
    if (ready_ && answer_) ready_();
  }

 private:
  Mutex mutex_;
  CondVar arrived_;
  std::optional<Result<T>> answer_ GUARDED_BY(mutex_);
  std::function<void()> ready_ GUARDED_BY(mutex_);
};

/// One call of a model's ability (embedder.h, token_codec.h), held by who asked. One thread reads;
/// any thread may cancel. It may outlive the engine, which ends it.
template <class T>
class Inquiry {
 public:
  Inquiry(std::shared_ptr<InquiryAnswer<T>> answer, std::function<void()> cancel)
      : answer_(std::move(answer)), cancel_(std::move(cancel)) {}

  /// Cancels it unless it has its answer.
  ~Inquiry() {
    answer_->on_ready({});
    cancel_();
  }

  Inquiry(const Inquiry&) = delete;
  Inquiry& operator=(const Inquiry&) = delete;

  /// The answer, waiting at most `timeout` (0 = do not wait). Nothing on time-out; to be called no
  /// more once it gave the answer.
  std::optional<Result<T>> take(std::chrono::milliseconds timeout) {
    return answer_->take(timeout);
  }

  /// Asks it to end; Cancelled is the answer unless it had one.
  void cancel() noexcept { cancel_(); }

  /// Calls `ready` when the answer is there, at once if it is. It runs on an engine thread and must
  /// neither block nor call back into this object. Pass an empty function to stop; when that
  /// returns no call is running.
  void on_ready(std::function<void()> ready) { answer_->on_ready(std::move(ready)); }

 private:
  std::shared_ptr<InquiryAnswer<T>> answer_;
  std::function<void()> cancel_;
};

}  // namespace pcai::engine
