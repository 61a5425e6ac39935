#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/task_threads.h"
#include "engine/engine_state.h"
#include "engine/models/residence.h"
#include "engine/requests/admission.h"
#include "engine/requests/deadline_timer.h"
#include "engine/requests/generation.h"
#include "engine/requests/pending_request.h"

namespace pcai::engine {

/// The requests on their way: takes them in, has their models loaded, submits them when they have a
/// place, and delivers exactly one last event to each. Any thread may call any method.
class Requests {
 public:
  Requests(EngineState& state, Residence& residence,
           std::function<void(const RequestRecord&)> on_record);

  /// As Engine::generate. The generation's cancel() calls `cancel`.
  Result<std::unique_ptr<Generation>> generate(GenerateRequest request, Stay stay,
                                               std::function<void(RequestId)> cancel)
      EXCLUDES(engine_mutex);

  /// Ends a request with that code, at once or through its model. Fine when it has ended.
  void end_early(RequestId id, ErrorCode code) noexcept EXCLUDES(engine_mutex);

  void cancel_all() EXCLUDES(engine_mutex);

  // As those of ModelUsers.
  void advance(Model& model) REQUIRES(engine_mutex);
  [[nodiscard]] std::function<void()> end_waiting(Model& model, const Error& error)
      REQUIRES(engine_mutex);

  /// True when none is on its way.
  bool idle() const REQUIRES(engine_mutex) { return live_.empty(); }

  std::uint32_t queued() const REQUIRES(engine_mutex) { return admission_.queued(); }
  std::uint32_t running() const REQUIRES(engine_mutex) { return admission_.running(); }

 private:
  /// A request that has ended and whose last event is still to be delivered, without the mutex.
  struct Ending {
    std::shared_ptr<PendingRequest> request;
    GenerateEvent last;
  };

  void submit(const std::shared_ptr<PendingRequest>& request) EXCLUDES(engine_mutex);
  void on_last(PendingRequest& request, GenerateEvent last) EXCLUDES(engine_mutex);
  Ending close(std::shared_ptr<PendingRequest> request, GenerateEvent last) REQUIRES(engine_mutex);
  void deliver(Ending ending) EXCLUDES(engine_mutex);

  EngineState& state_;
  Residence& residence_;
  const std::function<void(const RequestRecord&)> on_record_;

  Admission admission_ GUARDED_BY(engine_mutex);
  std::unordered_map<RequestId, std::shared_ptr<PendingRequest>> live_
      GUARDED_BY(engine_mutex);  // also those whose last event is being delivered

  DeadlineTimer deadlines_;
  TaskThreads threads_;  // tokenize and submit
};

}  // namespace pcai::engine
