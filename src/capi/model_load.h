#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "capi/open_engine.h"
#include "core/mutex.h"

namespace pcai {

/// Loads one model on a thread of its own. Any thread may call any method.
class ModelLoad final : LoadProgress {
 public:
  /// The model must be known to the engine.
  ModelLoad(std::shared_ptr<OpenEngine> engine, std::string id);

  /// Gives up loading and waits for that.
  ~ModelLoad() override;

  ModelLoad(const ModelLoad&) = delete;
  ModelLoad& operator=(const ModelLoad&) = delete;

  /// Makes the load fail soon with Cancelled, unless it has ended.
  void give_up() noexcept { given_up_ = true; }

  /// How it ended; nothing when it still runs after `timeout_ms` (-1 = for ever).
  std::optional<Status> wait(std::int32_t timeout_ms);

 private:
  bool on_progress(float) noexcept override { return !given_up_; }

  std::atomic<bool> given_up_{false};
  Mutex mutex_;
  CondVar ended_;
  std::optional<Status> outcome_ GUARDED_BY(mutex_);
  std::thread thread_;  // last, so that it finds the rest
};

}  // namespace pcai
