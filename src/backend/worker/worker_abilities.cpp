#include "backend/worker/worker_abilities.h"

#include <utility>

#include "backend/loaded_model.h"

namespace pcai::backend::worker {
namespace {

tl::unexpected<Error> nonsense() {
  return fail(ErrorCode::Internal,
              "the model's process gave an answer that does not fit the question");
}

template <class Ability>
tl::unexpected<Error> lacks(const Ability*) {
  return fail(ErrorCode::Unsupported, "the model lacks this ability");
}

/// Puts what an ability returned into the message's type.
template <class Answer, class T>
Result<QueryAnswer> wrapped(Result<T> result) {
  if (!result) return fail(std::move(result.error()));
  return Answer{std::move(*result)};
}

struct Answering {
  LoadedModel& model;
  const std::stop_token& stop;

  Result<QueryAnswer> operator()(const EmbedRequest& request) const {
    auto* embedder = model.embedder();
    if (!embedder) return lacks(embedder);
    return wrapped<Embeddings>(embedder->embed(request, stop));
  }
  Result<QueryAnswer> operator()(const RankRequest& request) const {
    auto* ranker = model.ranker();
    if (!ranker) return lacks(ranker);
    return wrapped<RankScores>(ranker->rank(request, stop));
  }
  Result<QueryAnswer> operator()(const TokenizeRequest& request) const {
    auto* codec = model.token_codec();
    if (!codec) return lacks(codec);
    auto tokens = codec->tokenize(request, stop);
    if (!tokens) return fail(std::move(tokens.error()));
    return std::move(*tokens);
  }
  Result<QueryAnswer> operator()(const DetokenizeRequest& request) const {
    auto* codec = model.token_codec();
    if (!codec) return lacks(codec);
    return wrapped<CodecText>(codec->detokenize(request, stop));
  }
  Result<QueryAnswer> operator()(const TemplateRequest& request) const {
    auto* codec = model.token_codec();
    if (!codec) return lacks(codec);
    return wrapped<CodecText>(codec->apply_template(request, stop));
  }
  Result<QueryAnswer> operator()(const CountRequest& request) const {
    auto* codec = model.token_codec();
    if (!codec) return lacks(codec);
    return wrapped<TokenCount>(codec->count_tokens(request, stop));
  }
};

}  // namespace

Result<QueryAnswer> answer_query(LoadedModel& model, const Query& query,
                                 const std::stop_token& stop) {
  return std::visit(Answering{model, stop}, query);
}

template <class Answer>
Result<Answer> WorkerAbilities::ask(Query query, const std::stop_token& stop) {
  auto answer = ask_(std::move(query), stop);
  if (!answer) return fail(std::move(answer.error()));
  auto* wanted = std::get_if<Answer>(&*answer);
  if (!wanted) return nonsense();
  return std::move(*wanted);
}

Result<std::vector<Embedding>> WorkerAbilities::embed(const EmbedRequest& request,
                                                      std::stop_token stop) {
  auto answer = ask<Embeddings>(request, stop);
  if (!answer) return fail(std::move(answer.error()));
  std::vector<Embedding>& items = answer->items;
  if (items.size() != request.inputs.size()) return nonsense();
  for (const Embedding& item : items) {
    if (item.values.size() != items.front().values.size()) return nonsense();
  }
  return std::move(items);
}

Result<std::vector<RankScore>> WorkerAbilities::rank(const RankRequest& request,
                                                     std::stop_token stop) {
  auto answer = ask<RankScores>(request, stop);
  if (!answer) return fail(std::move(answer.error()));
  if (answer->items.size() != request.documents.size()) return nonsense();
  return std::move(answer->items);
}

Result<Tokens> WorkerAbilities::tokenize(const TokenizeRequest& request, std::stop_token stop) {
  auto tokens = ask<Tokens>(request, stop);
  const bool right = !tokens || tokens->pieces.size() == (request.pieces ? tokens->ids.size() : 0);
  if (!right) return nonsense();
  return tokens;
}

Result<std::string> WorkerAbilities::detokenize(const DetokenizeRequest& request,
                                                std::stop_token stop) {
  return ask<CodecText>(request, stop).map([](CodecText&& answer) {
    return std::move(answer.text);
  });
}

Result<std::string> WorkerAbilities::apply_template(const TemplateRequest& request,
                                                    std::stop_token stop) {
  return ask<CodecText>(request, stop).map([](CodecText&& answer) {
    return std::move(answer.text);
  });
}

Result<std::uint32_t> WorkerAbilities::count_tokens(const CountRequest& request,
                                                    std::stop_token stop) {
  return ask<TokenCount>(request, stop).map([](TokenCount answer) { return answer.count; });
}

}  // namespace pcai::backend::worker
