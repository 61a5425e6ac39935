#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

#include "engine/admission.h"
#include "engine/backends.h"
#include "engine/deadline_timer.h"
#include "engine/engine.h"
#include "engine/live_request.h"
#include "engine/model_table.h"
#include "engine/residency.h"
#include "engine/task_threads.h"

namespace pcai::engine {

/// Everything behind Engine. Any thread may call any public method.
///
/// One mutex guards all state. Under it no backend is called, except for alive() and info(), and no
/// event is delivered. An instance is destroyed only when no thread is inside a call of it (Lease),
/// and never by a thread of its own. Requests: engine_requests.cpp. Inquiries:
/// engine_inquiries.cpp. Models: engine_models.cpp, and engine_room.cpp for who stays in memory.
class Engine::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(std::shared_ptr<const backend::BackendRegistry> registry, EngineOptions options,
       std::function<void(const RequestRecord&)> on_record,
       std::function<void(const ModelRecord&)> on_model);

  /// Ends all requests and models; afterwards only end_early may be called.
  void shut_down();

  Status add_model(ModelSpec spec);
  Status add_alias(std::string alias, std::string_view id);
  Status load_model(std::string_view id, backend::LoadProgress& progress);
  Status unload_model(std::string_view id);
  Status begin_load(std::string_view id);
  Status begin_unload(std::string_view id);
  Status remove_model(std::string_view id);
  Status retire_model(std::string_view id);
  Status set_default_model(std::string_view id);
  std::vector<ModelStatus> list_models() const;
  Result<ModelStatus> model(std::string_view id) const;
  ModelDefaults defaults(std::string_view id) const;
  std::optional<ModelStats> model_stats(std::string_view id);
  bool ready() const;

  Result<std::unique_ptr<Generation>> generate(GenerateRequest request);

  Result<std::unique_ptr<EmbedInquiry>> embed(EmbedRequest request);
  Result<std::unique_ptr<RankInquiry>> rank(RankRequest request);
  Result<std::unique_ptr<TokensInquiry>> tokenize(TokenizeRequest request);
  Result<std::unique_ptr<TextInquiry>> detokenize(DetokenizeRequest request);
  Result<std::unique_ptr<TextInquiry>> apply_template(TemplateRequest request);
  Result<std::unique_ptr<CountInquiry>> count_tokens(CountRequest request);

  /// Ends a request or inquiry with that code, at once or through its model. Fine when it has
  /// ended.
  void end_early(RequestId id, ErrorCode code) noexcept;

  void drain();
  bool wait_idle(std::chrono::milliseconds timeout);
  void cancel_all();
  EngineStats stats() const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  /// A request that has ended and whose last event is still to be delivered, without the mutex.
  struct Ending {
    std::shared_ptr<LiveRequest> request;
    GenerateEvent last;
  };

  class Lease;
  class RoomTurn;
  class WatchedLoad;

  // With mutex_ held.
  void advance(Model& model);
  void settle(Model& model);
  std::vector<Model*> residents() const;
  RoomPlan plan(const std::vector<Model*>& residents, std::uint64_t need) const;
  Error no_room(const Model& model) const;
  void begin_load(Model& model);
  Ending close(std::shared_ptr<LiveRequest> request, GenerateEvent last);
  std::vector<Ending> close_waiting(Model& model, const Error& error);
  Result<Model*> admit_inquiry(const std::string& id);
  void count_inquiry(const Status& status);
  bool idle() const { return requests_.empty() && inquiries_.empty(); }

  // Without it.
  Status ensure_loaded(Model& model, backend::LoadProgress& progress);
  void load_in_background(Model& model);
  Status load(Model& model, backend::LoadProgress& progress);
  Status make_room(Model& model, backend::LoadProgress& watched);
  void trim(const Model& loaded);
  void expire(std::size_t index);
  void unload(Model& model, const std::string& why);
  void unload_idle(Lock& lock, Model& model, const std::string& why);
  void record(const Model& model, ModelRecord::What what, std::string reason = {}) const;
  void destroy(ModelInstance& instance);
  void submit(const std::shared_ptr<LiveRequest>& request);
  void on_last(LiveRequest& live, GenerateEvent last);
  void deliver(Ending ending);
  void stop_inquiries(const Model* of_model, ErrorCode code);

  /// An inquiry's way: a thread runs `ask` on the loaded model.
  template <class T>
  Result<std::unique_ptr<Inquiry<T>>> inquire(
      const std::string& id, std::function<Result<T>(backend::LoadedModel&, std::stop_token)> ask);

  /// Loads the inquiry's model if need be, and calls.
  Status with_model(PendingInquiry& pending,
                    const std::function<Status(backend::LoadedModel&)>& call);
  void end_inquiry(const PendingInquiry& pending);

  // Constant after construction.
  const EngineOptions options_;
  const std::function<void(const RequestRecord&)> on_record_;
  const std::function<void(const ModelRecord&)> on_model_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // a model's phase, a lease's end, the last request's end

  // Guarded by mutex_.
  ModelTable models_;
  Admission admission_;
  std::unordered_map<RequestId, std::shared_ptr<LiveRequest>> requests_;  // also ending ones
  std::unordered_map<RequestId, std::shared_ptr<PendingInquiry>> inquiries_;
  std::set<std::pair<RequestId, const Model*>> room_queue_;  // loads that need room, oldest first
  RequestId last_id_ = 0;
  bool draining_ = false;
  EngineStats counts_;

  Backends backends_;
  DeadlineTimer deadlines_;
  TaskThreads load_threads_;
  DeadlineTimer idle_timer_;  // its ids are places in the model table
  TaskThreads submit_threads_;
  TaskThreads inquiry_threads_;
};

/// Keeps an instance from being destroyed while a thread calls its model. Made under the mutex,
/// ended without it.
class Engine::Impl::Lease {
 public:
  Lease(Impl& impl, Model& model, std::shared_ptr<ModelInstance> instance)
      : impl_(impl), model_(model), instance_(std::move(instance)) {
    ++instance_->users;
  }

  ~Lease() {
    const std::lock_guard lock(impl_.mutex_);
    if (--instance_->users > 0) return;
    impl_.settle(model_);
    impl_.changed_.notify_all();
  }

  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  backend::LoadedModel& model() const { return *instance_->model; }

 private:
  Impl& impl_;
  Model& model_;
  std::shared_ptr<ModelInstance> instance_;
};

}  // namespace pcai::engine
