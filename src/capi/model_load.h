#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "capi/open_engine.h"
#include "core/mutex.h"

namespace pcai::capi {

/// Loads one model on a thread of its own, behind pcai_model_load. Any thread may call any method.
class ModelLoad final : backend::LoadProgress {
 public:
  /// Starts loading and returns at once. The model must be known to the engine. Throws
  /// NoThread.
  ModelLoad(std::shared_ptr<OpenEngine> engine, std::string id);

  /// Gives up loading and waits until the thread has ended, which the backend's next report of
  /// progress allows. A model that is loaded stays loaded.
  ~ModelLoad() override;

  ModelLoad(const ModelLoad&) = delete;
  ModelLoad& operator=(const ModelLoad&) = delete;

  /// Makes the load fail soon with Cancelled. Has no effect if it has ended. Never waits.
  void give_up() noexcept { given_up_ = true; }

  /// Waits at most `timeout_ms` (0 = only look, -1 = for ever). Returns how loading ended, each
  /// time anew, or nothing if it still runs.
  std::optional<Status> wait(std::int32_t timeout_ms);

 private:
  bool on_progress(float) noexcept override { return !given_up_; }

  std::atomic<bool> given_up_{false};
  Mutex mutex_;
  CondVar ended_;
  std::optional<Status> outcome_ GUARDED_BY(mutex_);
  std::thread thread_;  // last, so that it finds the rest
};

}  // namespace pcai::capi
