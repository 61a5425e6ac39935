#pragma once

#include <functional>

#include "backend/embedder.h"
#include "backend/token_codec.h"
#include "backend/worker/messages.h"

namespace pcai::backend {
class LoadedModel;
}  // namespace pcai::backend

namespace pcai::backend::worker {

/// The abilities of a model in another process: each call is one query there. Immutable; any thread
/// may call any method.
class WorkerAbilities final : public Embedder, public Ranker, public TokenCodec {
 public:
  using Ask = std::function<Result<QueryAnswer>(Query, const std::stop_token&)>;

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

/// What a model answers to a query. Unsupported where it lacks the ability.
Result<QueryAnswer> answer_query(LoadedModel& model, const Query& query,
                                 const std::stop_token& stop);

}  // namespace pcai::backend::worker
