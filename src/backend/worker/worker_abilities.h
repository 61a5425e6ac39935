#pragma once

#include <functional>

#include "backend/embedder.h"
#include "backend/token_codec.h"
#include "backend/worker/messages.h"

namespace pcai::backend {
class LoadedModel;
}  // namespace pcai::backend

namespace pcai::backend::worker {

/// The abilities of a model in another process. Each call is one query there: it blocks until the
/// answer is here, `stop` is requested (Cancelled) or the process ends (WorkerDied). An answer that
/// does not fit its question is Internal. Any thread may call any method; calls run side by side.
class WorkerAbilities final : public Embedder, public Ranker, public TokenCodec {
 public:
  /// Asks the worker and waits for its answer. Any thread may call it.
  using Ask = std::function<Result<QueryAnswer>(Query, const std::stop_token&)>;

  /// `ask` must stay callable as long as this object lives.
  explicit WorkerAbilities(Ask ask) : ask_(std::move(ask)) {}

  Result<std::vector<Embedding>> embed(const EmbedRequest& request, std::stop_token stop) override;
  Result<std::vector<RankScore>> rank(const RankRequest& request, std::stop_token stop) override;
  Result<Tokens> tokenize(const TokenizeRequest& request, std::stop_token stop) override;
  Result<std::string> detokenize(const DetokenizeRequest& request, std::stop_token stop) override;
  Result<std::string> apply_template(const TemplateRequest& request, std::stop_token stop) override;
  Result<std::uint32_t> count_tokens(const CountRequest& request, std::stop_token stop) override;

 private:
  template <class Answer>
  Result<Answer> ask(Query query, const std::stop_token& stop);

  Ask ask_;
};

/// The other side, in the worker: asks the model's ability and waits. Fails with Unsupported if the
/// model lacks it, and otherwise with what the ability says. What a backend throws passes through.
Result<QueryAnswer> answer_query(LoadedModel& model, const Query& query,
                                 const std::stop_token& stop);

}  // namespace pcai::backend::worker
