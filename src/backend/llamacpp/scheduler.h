#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "backend/llamacpp/decoding_request.h"
#include "backend/llamacpp/load/lora_adapters.h"
#include "backend/llamacpp/load/model_file.h"
#include "backend/llamacpp/media/projector.h"
#include "backend/llamacpp/plan/batch_planner.h"
#include "backend/llamacpp/plan/step_budget.h"
#include "backend/llamacpp/plan/thread_choice.h"
#include "core/model.h"
#include "core/mutex.h"

namespace pcai::backend::llamacpp {

/// Runs a model's requests: its thread owns the llama_context and goes from step to step as the
/// planner says. Any thread may call the public methods; none of them waits for a step.
class Scheduler {
 public:
  struct Options {
    PlannerOptions planner;
    const Projector* projector = nullptr;    // of requests with media; must outlive it
    const LoraAdapters* adapters = nullptr;  // that requests scale; must outlive it
    CostCurve costs = {};                    // of the context's steps
    double target_step_ms = 80;  // of a step in which a prompt joins sequences that decode
  };

  /// Takes the context over, with the adapters as loaded. `vocabulary_size` is the length of a row
  /// of logits. Throws NoThread.
  Scheduler(LlamaContextPtr context, std::uint32_t vocabulary_size, Options options);

  /// Ends live requests with Failed(Cancelled) and joins the thread.
  ~Scheduler();

  void submit(std::unique_ptr<DecodingRequest> request);
  void cancel(RequestId request) noexcept;
  ModelStats stats() const noexcept;

 private:
  /// A request that came, or a cancel of `id` where there is none.
  struct Message {
    RequestId id = 0;
    std::unique_ptr<DecodingRequest> request;
  };

  /// What a running step can be interrupted for.
  struct RunningStep {
    bool gives_way = false;
    std::vector<RequestId> prompts;  // requests with a large part in it

    bool cancelling_pays(RequestId request) const {
      return std::find(prompts.begin(), prompts.end(), request) != prompts.end();
    }
  };

  void run();
  bool take_inbox();
  void step();
  void carry_out(const std::vector<MemoryOperation>& operations);
  void set_adapters(const AdapterScales& scales);
  int decode(const StepPlan& plan);
  int decode_media(const StepItem& item);
  llama_pos cut(const StepItem& item);
  std::map<RequestId, Error> score(const StepPlan& plan);
  void sample(const StepPlan& plan);
  void recover(const StepPlan& plan);
  void fail_step(const StepPlan& plan, const std::string& reason);
  void end(RequestId request, Error error);
  void update_stats();

  // Constant after construction.
  const LlamaContextPtr context_;
  const std::uint32_t vocabulary_size_;
  const Options options_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Message> inbox_ GUARDED_BY(mutex_);
  RunningStep running_step_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  ModelStats stats_ GUARDED_BY(mutex_);

  std::atomic<bool> abort_{false};  // asks the running step to end; read while it computes

  // Only touched by the scheduler's thread.
  BatchPlanner planner_;
  StepBudget budget_;
  ThreadChoice threads_;
  AdapterScales adapters_;  // that the context has
  std::unordered_map<RequestId, std::unique_ptr<DecodingRequest>> live_;
  llama_batch batch_;
  ModelStats counters_;  // copied to stats_ after each step

  std::thread thread_;
};

}  // namespace pcai::backend::llamacpp
