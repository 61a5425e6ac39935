#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "backend/inference_backend.h"
#include "backend/worker/channel.h"
#include "backend/worker/messages.h"
#include "backend/worker/query_table.h"
#include "backend/worker/register.h"
#include "backend/worker/request_table.h"
#include "backend/worker/stderr_tail.h"
#include "backend/worker/watchdog.h"
#include "backend/worker/worker_abilities.h"
#include "core/mutex.h"
#include "platform/child_process.h"

namespace pcai::backend::worker {

/// A model in a process of its own. Any thread may call any method. One thread of this object ("the
/// thread") starts the process, receives from it, watches it and sees it end. It also calls the
/// requests' sinks.
class WorkerModel final : public LoadedModel {
 public:
  /// Starts `command`, loads the model there and blocks until that is done. Fails with the
  /// backend's error, with WorkerDied if the process dies over it, and with Cancelled if `progress`
  /// says stop: then the process is killed, so nothing is waited for. After a failure no process is
  /// left.
  static Result<std::unique_ptr<LoadedModel>> load(std::vector<std::string> command,
                                                   const ModelSpec& spec, LoadProgress& progress,
                                                   const WorkerOptions& options);

  /// Asks the process to end, kills it after WorkerOptions::shutdown_timeout, and waits until it is
  /// gone. Live requests get Failed with Cancelled.
  ~WorkerModel() override;

  const ModelInfo& info() const noexcept override { return info_; }

  /// Waits until the process took or refused the request. Fails besides with InvalidRequest if the
  /// request is larger than a message may be, with Overloaded if the process does not read, and
  /// with WorkerDied. After a failure the sink is not called.
  Status submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) override;

  /// Tells the process once; the request's last event still comes. Never blocks.
  void cancel(RequestId id) noexcept override;

  /// The counters of the worker's last heartbeat. After its end nothing counts as used or running.
  ModelStats stats() const noexcept override;

  /// False once the process has ended. Its requests get their Failed events just after.
  bool alive() const noexcept override { return alive_; }

  Embedder* embedder() noexcept override { return has_.embedder ? &abilities_ : nullptr; }
  Ranker* ranker() noexcept override { return has_.ranker ? &abilities_ : nullptr; }
  TokenCodec* token_codec() noexcept override { return has_.token_codec ? &abilities_ : nullptr; }

  /// The process's id; -1 until it is started. For tests and logs.
  int process_id() const noexcept { return process_id_; }

 private:
  enum class Stop {
    No,
    Gently,  // let live requests end first
    AtOnce   // kill the process: it is still loading
  };

  /// What the thread tells load(), under `mutex`: that something moved (progress, or only a
  /// heartbeat) since load() looked last, how far loading is (0 to 1), and how it ended (set once).
  struct Loading {
    Mutex mutex;
    CondVar changed;
    bool moved GUARDED_BY(mutex) = false;
    float fraction GUARDED_BY(mutex) = 0;
    std::optional<Result<ModelInfo>> result GUARDED_BY(mutex);
  };

  WorkerModel(platform::Stream connection, std::string id, const WorkerOptions& options);
  Result<ModelInfo> wait_loaded(LoadProgress& progress);
  Result<QueryAnswer> ask(Query query, const std::stop_token& stop);

  // All of these run on the thread.
  void run(const std::vector<std::string>& command, platform::Stream theirs, ModelSpec spec);
  std::string watch(platform::ChildProcess& child, StderrTail& tail);
  std::string why_it_must_end();
  Error how_it_ended(platform::ChildProcess& child, StderrTail& tail, const std::string& why);
  void end(Error error);
  void set_loading(float fraction);
  bool set_loaded(Result<ModelInfo> result);

  // What the worker said. False if it was malformed, unsound or out of turn: then the worker is
  // ended.
  bool receive(std::string_view payload);
  bool on(LoadProgressed message);
  bool on(ModelLoaded message);
  bool on(LoadFailed message);
  bool on(RequestTaken message);
  bool on(RequestRefused message);
  bool on(RequestEvent message);
  bool on(QueryAnswered message);
  bool on(QueryFailed message);
  bool on(Heartbeat message);

  const std::string id_;
  const WorkerOptions options_;
  ModelInfo info_;       // constant once load() has returned
  ModelAbilities has_;   // the same
  bool loaded_ = false;  // the same
  Channel channel_;
  RequestTable requests_;
  QueryTable queries_;
  std::atomic<RequestId> last_query_{0};
  WorkerAbilities abilities_;
  Loading loading_;
  std::atomic<bool> alive_{true};
  std::atomic<Stop> stop_{Stop::No};
  std::atomic<int> process_id_{-1};

  mutable Mutex stats_mutex_;
  ModelStats stats_ GUARDED_BY(stats_mutex_);

  // Only the thread.
  Watchdog watchdog_;
  bool loaded_told_ = false;
  std::size_t payload_bytes_ = 0;  // of the message that is being received

  std::thread thread_;
};

}  // namespace pcai::backend::worker
