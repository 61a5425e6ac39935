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

namespace pcai {

/// A model in a process of its own. Any thread may call any method. One thread starts the process,
/// receives from it, watches it and sees it end.
class WorkerModel final : public LoadedModel {
 public:
  /// Starts `command` and loads the model there. A process that dies over it is WorkerDied. An
  /// abort ends the process, so it waits for nothing.
  static Result<std::unique_ptr<LoadedModel>> load(std::vector<std::string> command,
                                                   const ModelSpec& spec, LoadProgress& progress,
                                                   const WorkerOptions& options);

  ~WorkerModel() override;

  const ModelInfo& info() const noexcept override { return info_; }
  Status submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) override;
  void cancel(RequestId id) noexcept override;

  /// As of the worker's last heartbeat.
  ModelStats stats() const noexcept override;

  /// False from the process's end on; its requests hear of that just after.
  bool alive() const noexcept override { return alive_; }

  Embedder* embedder() noexcept override { return has_.embedder ? &abilities_ : nullptr; }
  Ranker* ranker() noexcept override { return has_.ranker ? &abilities_ : nullptr; }
  TokenCodec* token_codec() noexcept override { return has_.token_codec ? &abilities_ : nullptr; }

  int process_id() const noexcept { return process_id_; }

 private:
  enum class Stop { No, Gently, AtOnce };

  /// What the thread tells load().
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

  // What the worker said; false when it had no business saying it.
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

}  // namespace pcai
