#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <unordered_map>

#include "core/parameters/defaults.h"
#include "core/task_threads.h"
#include "engine/engine_state.h"
#include "engine/models/residence.h"
#include "engine/requests/deadline_timer.h"
#include "engine/requests/inquiry.h"

namespace pcai::engine {

/// The calls of models' abilities beside generating: takes them in, has their models loaded, and
/// calls on threads of its own. Any thread may call any method.
class Inquiries {
 public:
  /// What an inquiry's cancel() calls.
  using Cancel = std::function<void(RequestId)>;

  Inquiries(EngineState& state, Residence& residence);

  // As those of Engine.
  Result<std::unique_ptr<EmbedInquiry>> embed(EmbedRequest request, Stay stay, Cancel cancel);
  Result<std::unique_ptr<RankInquiry>> rank(RankRequest request, Cancel cancel);
  Result<std::unique_ptr<TokensInquiry>> tokenize(TokenizeRequest request, Cancel cancel);
  Result<std::unique_ptr<TextInquiry>> detokenize(DetokenizeRequest request, Cancel cancel);
  Result<std::unique_ptr<TextInquiry>> apply_template(TemplateRequest request, Cancel cancel);
  Result<std::unique_ptr<CountInquiry>> count_tokens(CountRequest request, Stay stay,
                                                     Cancel cancel);

  /// Asks an inquiry to end with that code. Fine when it has ended.
  void end_early(RequestId id, ErrorCode code) noexcept EXCLUDES(engine_mutex);

  /// Cancels those of one model, or all for null.
  void cancel(const Model* of_model) EXCLUDES(engine_mutex);

  /// True when none is on its way.
  bool idle() const REQUIRES(engine_mutex) { return live_.empty(); }

 private:
  /// An inquiry's way: a thread runs `ask` on the loaded model.
  template <class T>
  Result<std::unique_ptr<Inquiry<T>>> inquire(
      const std::string& id, Cancel cancel,
      std::function<Result<T>(backend::LoadedModel&, std::stop_token)> ask, Stay stay = {})
      EXCLUDES(engine_mutex);

  Result<Model*> admit(const std::string& id) REQUIRES(engine_mutex);

  /// Loads the inquiry's model if need be, and calls.
  Status with_model(PendingInquiry& pending,
                    const std::function<Status(backend::LoadedModel&)>& call)
      EXCLUDES(engine_mutex);

  void count(const Status& status) REQUIRES(engine_mutex);
  void end(const PendingInquiry& pending) EXCLUDES(engine_mutex);
  AddedMessages add_defaults(const std::string& id, ChatPrompt& chat) EXCLUDES(engine_mutex);

  EngineState& state_;
  Residence& residence_;
  std::unordered_map<RequestId, std::shared_ptr<PendingInquiry>> live_ GUARDED_BY(engine_mutex);
  DeadlineTimer deadlines_;
  TaskThreads threads_;
};

}  // namespace pcai::engine
