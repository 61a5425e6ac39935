#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/mutex.h"
#include "http/connection/exchange.h"

namespace pcai::http {

/// One download, shared by the thread that pulls and the exchange that tells of it.
class RunningPull {
 public:
  struct View {
    bool begun = false;
    PullStep step = {};
    std::optional<Result<std::string>> result = {};  // the model's id
  };

  View view() const;

  /// On the pulling thread. `ready` is called when the result is there.
  void run(const PullModel& pull, const std::string& name, const std::function<void()>& ready);

  /// Nobody waits for it any more; `ready` is not called afterwards.
  void give_up();

 private:
  mutable Mutex mutex_;
  View view_ GUARDED_BY(mutex_);
  bool given_up_ GUARDED_BY(mutex_) = false;
};

/// Queues a pull, and gives it up when it is destroyed. Lives as long as its exchange.
class PullInQueue {
 public:
  PullInQueue(Exchange& exchange, const std::string& name);
  ~PullInQueue() { pull_->give_up(); }
  PullInQueue(const PullInQueue&) = delete;
  PullInQueue& operator=(const PullInQueue&) = delete;

  RunningPull::View view() const { return pull_->view(); }

 private:
  std::shared_ptr<RunningPull> pull_ = std::make_shared<RunningPull>();
};

/// Fails unless this request may pull here.
Status may_pull(Exchange& exchange);

}  // namespace pcai::http
