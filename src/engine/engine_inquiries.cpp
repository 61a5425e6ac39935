#include <utility>

#include "backend/embedder.h"
#include "backend/token_codec.h"
#include "engine/engine_impl.h"

namespace pcai {
namespace {

Error lacking(const LoadedModel& model, const char* what) {
  return {ErrorCode::Unsupported, "model '" + model.info().id + "' " + what, "model"};
}

/// The ability, or why not.
Result<Embedder*> embedder_of(LoadedModel& model) {
  if (Embedder* embedder = model.embedder()) return embedder;
  return fail(lacking(model, "gives no embeddings"));
}

Result<Ranker*> ranker_of(LoadedModel& model) {
  if (Ranker* ranker = model.ranker()) return ranker;
  return fail(lacking(model, "was not made for ranking; use a reranker model"));
}

Result<TokenCodec*> codec_of(LoadedModel& model) {
  if (TokenCodec* codec = model.token_codec()) return codec;
  return fail(lacking(model, "does not show its tokens: its backend cannot"));
}

/// What an inquiry does on its thread: finds the ability and calls the method. `added`: to the
/// request's chat.
template <class T, class Ability, class Request>
auto call(Result<Ability*> (*find)(LoadedModel&),
          Result<T> (Ability::*method)(const Request&, std::stop_token), Request request,
          AddedMessages added = {}) {
  return [find, method, added, request = std::move(request)](LoadedModel& model,
                                                             std::stop_token stop) -> Result<T> {
    const Result<Ability*> ability = find(model);
    if (!ability) return fail(ability.error());
    Result<T> result = ((*ability)->*method)(request, std::move(stop));
    if (!result) return fail(without_added(std::move(result.error()), added));
    return result;
  };
}

}  // namespace

template <class T>
Result<std::unique_ptr<Inquiry<T>>> Engine::Impl::inquire(
    const std::string& id, std::function<Result<T>(LoadedModel&, std::stop_token)> ask) {
  const Lock lock(mutex_);
  const Result<Model*> model = admit_inquiry(id);
  if (!model) return fail(model.error());
  const auto pending = std::make_shared<PendingInquiry>(PendingInquiry{++last_id_, **model});
  inquiries_.emplace(pending->id, pending);
  if (options_.default_timeout.count() > 0) {
    pending->deadline = DeadlineTimer::Clock::now() + options_.default_timeout;
    deadlines_.add(*pending->deadline, pending->id);
  }
  const auto answer = std::make_shared<InquiryAnswer<T>>();
  inquiry_threads_.post([this, pending, answer, ask = std::move(ask)] {
    Result<T> result = fail(ErrorCode::Cancelled, "");
    Status status = with_model(*pending, [&](LoadedModel& loaded) {
      result = ask(loaded, pending->stop.get_token());
      return result ? Status() : fail(result.error());
    });
    if (!status) result = fail(std::move(status.error()));
    answer->set(std::move(result));
    end_inquiry(*pending);
  });
  return std::make_unique<Inquiry<T>>(answer, [engine = weak_from_this(), id = pending->id] {
    if (const auto impl = engine.lock()) impl->end_early(id, ErrorCode::Cancelled);
  });
}

Result<Model*> Engine::Impl::admit_inquiry(const std::string& id) {
  if (draining_) {
    return fail(ErrorCode::Draining, "the server is shutting down and takes no new requests");
  }
  Result<Model*> model = models_.find(id);
  if (!model) return model;
  if (inquiries_.size() >= options_.max_inquiries) {
    ++counts_.refused;
    return fail(ErrorCode::Overloaded,
                std::to_string(options_.max_inquiries) +
                    " requests for embeddings or tokens are on their way; try again later");
  }
  ++counts_.accepted;
  return model;
}

Status Engine::Impl::with_model(PendingInquiry& pending,
                                const std::function<Status(LoadedModel&)>& call) {
  Model& model = pending.model;
  NoProgress progress;
  Status status;
  Lock lock(mutex_);
  changed_.wait(lock, [&] {
    return pending.end_code || model.phase != Model::Phase::Ready || model.serves(pending.id);
  });
  ++model.wanted;
  settle(model);
  lock.unlock();
  if (!pending.stop.stop_requested()) status = ensure_loaded(model, progress);
  std::optional<Lease> lease;
  lock.lock();
  --model.wanted;
  if (status && !pending.end_code) {
    if (model.ready()) {
      lease.emplace(*this, model, model.instance);
    } else {
      status = fail(ErrorCode::Cancelled, "model '" + model.spec.id + "' was unloaded");
    }
  }
  settle(model);
  lock.unlock();
  if (lease) status = call(lease->model());
  lease.reset();
  lock.lock();
  if (pending.end_code && (status || status.error().code == ErrorCode::Cancelled)) {
    const bool late = *pending.end_code == ErrorCode::DeadlineExceeded;
    status =
        fail(*pending.end_code, late ? "the request's time ran out" : "the request was cancelled");
  }
  count_inquiry(status);
  lock.unlock();
  return status;
}

void Engine::Impl::count_inquiry(const Status& status) {
  if (status) {
    ++counts_.finished;
  } else {
    ++(status.error().code == ErrorCode::Cancelled ? counts_.cancelled : counts_.failed);
  }
}

void Engine::Impl::end_inquiry(const PendingInquiry& pending) {
  const Lock lock(mutex_);
  if (pending.deadline) deadlines_.remove(*pending.deadline, pending.id);
  inquiries_.erase(pending.id);
  if (idle()) changed_.notify_all();
}

/// Those of one model, or of all for null.
void Engine::Impl::stop_inquiries(const Model* of_model, ErrorCode code) {
  std::vector<RequestId> ids;
  {
    const Lock lock(mutex_);
    for (const auto& [id, pending] : inquiries_) {
      if (!of_model || &pending->model == of_model) ids.push_back(id);
    }
  }
  for (const RequestId id : ids) end_early(id, code);
}

Result<std::unique_ptr<EmbedInquiry>> Engine::Impl::embed(EmbedRequest request) {
  const std::string model = request.model;
  return inquire<std::vector<Embedding>>(model,
                                         call(embedder_of, &Embedder::embed, std::move(request)));
}

Result<std::unique_ptr<RankInquiry>> Engine::Impl::rank(RankRequest request) {
  const std::string model = request.model;
  return inquire<std::vector<RankScore>>(model, call(ranker_of, &Ranker::rank, std::move(request)));
}

Result<std::unique_ptr<TokensInquiry>> Engine::Impl::tokenize(TokenizeRequest request) {
  const std::string model = request.model;
  return inquire<Tokens>(model, call(codec_of, &TokenCodec::tokenize, std::move(request)));
}

Result<std::unique_ptr<TextInquiry>> Engine::Impl::detokenize(DetokenizeRequest request) {
  const std::string model = request.model;
  return inquire<std::string>(model, call(codec_of, &TokenCodec::detokenize, std::move(request)));
}

Result<std::unique_ptr<TextInquiry>> Engine::Impl::apply_template(TemplateRequest request) {
  const std::string model = request.model;
  const AddedMessages added = apply_defaults(defaults(model), request.chat);
  return inquire<std::string>(
      model, call(codec_of, &TokenCodec::apply_template, std::move(request), added));
}

Result<std::unique_ptr<CountInquiry>> Engine::Impl::count_tokens(CountRequest request) {
  const std::string model = request.model;
  AddedMessages added;
  if (auto* chat = std::get_if<ChatPrompt>(&request.prompt)) {
    added = apply_defaults(defaults(model), *chat);
  }
  return inquire<std::uint32_t>(
      model, call(codec_of, &TokenCodec::count_tokens, std::move(request), added));
}

}  // namespace pcai
