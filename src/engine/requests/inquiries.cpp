#include "engine/requests/inquiries.h"

#include <utility>

#include "backend/embedder.h"
#include "backend/token_codec.h"
#include "engine/models/call_model.h"

namespace pcai::engine {
namespace {

constexpr std::uint32_t kThreads = 4;  // one may wait for a load while others go on

Error lacking(const backend::LoadedModel& model, const char* what) {
  return {ErrorCode::Unsupported, "model '" + model.info().id + "' " + what, "model"};
}

/// The ability, or why not.
Result<backend::Embedder*> embedder_of(backend::LoadedModel& model) {
  if (backend::Embedder* embedder = model.embedder()) return embedder;
  return fail(lacking(model, "gives no embeddings"));
}

Result<backend::Ranker*> ranker_of(backend::LoadedModel& model) {
  if (backend::Ranker* ranker = model.ranker()) return ranker;
  return fail(lacking(model, "was not made for ranking; use a reranker model"));
}

Result<backend::TokenCodec*> codec_of(backend::LoadedModel& model) {
  if (backend::TokenCodec* codec = model.token_codec()) return codec;
  return fail(lacking(model, "does not show its tokens: its backend does not support that"));
}

/// What an inquiry does on its thread: finds the ability and calls the method. `added`: to the
/// request's chat.
template <class T, class Ability, class Request>
auto call(Result<Ability*> (*find)(backend::LoadedModel&),
          Result<T> (Ability::*method)(const Request&, std::stop_token), Request request,
          AddedMessages added = {}) {
  return [find, method, added, request = std::move(request)](backend::LoadedModel& model,
                                                             std::stop_token stop) -> Result<T> {
    const Result<Ability*> ability = find(model);
    if (!ability) return fail(ability.error());
    Result<T> result = ((*ability)->*method)(request, std::move(stop));
    if (!result) return fail(without_added(std::move(result.error()), added));
    return result;
  };
}

}  // namespace

Inquiries::Inquiries(EngineState& state, Residence& residence)
    : state_(state),
      residence_(residence),
      deadlines_([this](RequestId id) { end_early(id, ErrorCode::DeadlineExceeded); }),
      threads_(kThreads) {}

template <class T>
Result<std::unique_ptr<Inquiry<T>>> Inquiries::inquire(
    const std::string& id, Cancel cancel,
    std::function<Result<T>(backend::LoadedModel&, std::stop_token)> ask, Stay stay) {
  const EngineLock lock(state_);
  const Result<Model*> model = admit(id);
  if (!model) return fail(model.error());
  (*model)->ask_stay(stay);
  const auto pending = std::make_shared<PendingInquiry>(PendingInquiry{++state_.last_id, **model});
  live_.emplace(pending->id, pending);
  if (state_.options.default_timeout.count() > 0) {
    pending->deadline = DeadlineTimer::Clock::now() + state_.options.default_timeout;
    deadlines_.add(*pending->deadline, pending->id);
  }
  const auto answer = std::make_shared<InquiryAnswer<T>>();
  threads_.post([this, pending, answer, ask = std::move(ask)] {
    Result<T> result = fail(ErrorCode::Cancelled, "");
    Status status = with_model(*pending, [&](backend::LoadedModel& loaded) {
      result = ask(loaded, pending->stop.get_token());
      return result ? Status() : fail(result.error());
    });
    if (!status) result = fail(std::move(status.error()));
    answer->set(std::move(result));
    end(*pending);
  });
  return std::make_unique<Inquiry<T>>(
      answer, [cancel = std::move(cancel), id = pending->id] { cancel(id); });
}

Result<Model*> Inquiries::admit(const std::string& id) {
  Result<Model*> model = state_.find_for_request(id);
  if (!model) return model;
  const std::uint32_t most = state_.options.max_inquiries;
  if (live_.size() >= most) {
    ++state_.counts.refused;
    return fail(
        ErrorCode::Overloaded,
        std::to_string(most) + " requests for embeddings or tokens are running; try again later");
  }
  ++state_.counts.accepted;
  return model;
}

Status Inquiries::with_model(PendingInquiry& pending,
                             const std::function<Status(backend::LoadedModel&)>& call) {
  Model& model = pending.model;
  backend::NoProgress progress;
  Status status;
  EngineLock lock(state_);
  state_.wait([&]() REQUIRES(engine_mutex) {
    return pending.end_code || model.phase != Model::Phase::Ready || model.serves(pending.id);
  });
  ++model.wanted;
  residence_.settle(model);
  lock.unlock();
  if (!pending.stop.stop_requested()) status = residence_.ensure_loaded(model, progress);
  std::optional<Lease> lease;
  lock.lock();
  --model.wanted;
  if (status && !pending.end_code) {
    if (model.ready()) {
      lease.emplace(residence_.lease(model, model.instance));
    } else {
      status = fail(ErrorCode::Cancelled, "model '" + model.spec.id + "' was unloaded");
    }
  }
  residence_.settle(model);
  lock.unlock();
  if (lease) status = call_model("the model failed", [&] { return call(lease->model()); });
  lease.reset();
  lock.lock();
  if (pending.end_code && (status || status.error().code == ErrorCode::Cancelled)) {
    status = fail(ended_early(*pending.end_code));
  }
  count(status);
  return status;
}

void Inquiries::count(const Status& status) {
  EngineStats& counts = state_.counts;
  if (status) {
    ++counts.finished;
  } else {
    ++(status.error().code == ErrorCode::Cancelled ? counts.cancelled : counts.failed);
  }
}

void Inquiries::end(const PendingInquiry& pending) {
  const EngineLock lock(state_);
  if (pending.deadline) deadlines_.remove(*pending.deadline, pending.id);
  live_.erase(pending.id);
  if (idle()) state_.notify();
}

void Inquiries::end_early(RequestId id, ErrorCode code) noexcept {
  EngineLock lock(state_);
  const auto found = live_.find(id);
  if (found == live_.end()) return;
  const std::shared_ptr<PendingInquiry> pending = found->second;
  if (!pending->end_code) pending->end_code = code;
  state_.notify();
  lock.unlock();
  pending->stop.request_stop();
}

void Inquiries::cancel(const Model* of_model) {
  std::vector<RequestId> ids;
  {
    const EngineLock lock(state_);
    for (const auto& [id, pending] : live_) {
      if (!of_model || &pending->model == of_model) ids.push_back(id);
    }
  }
  for (const RequestId id : ids) end_early(id, ErrorCode::Cancelled);
}

AddedMessages Inquiries::add_defaults(const std::string& id, ChatPrompt& chat) {
  const EngineLock lock(state_);
  const Result<Model*> model = state_.models.find(id);
  return model ? apply_defaults((*model)->spec.defaults, chat) : AddedMessages();
}

Result<std::unique_ptr<EmbedInquiry>> Inquiries::embed(EmbedRequest request, Stay stay,
                                                       Cancel cancel) {
  const std::string model = request.model;
  return inquire<std::vector<Embedding>>(
      model, std::move(cancel), call(embedder_of, &backend::Embedder::embed, std::move(request)),
      stay);
}

Result<std::unique_ptr<RankInquiry>> Inquiries::rank(RankRequest request, Cancel cancel) {
  const std::string model = request.model;
  return inquire<std::vector<RankScore>>(
      model, std::move(cancel), call(ranker_of, &backend::Ranker::rank, std::move(request)));
}

Result<std::unique_ptr<TokensInquiry>> Inquiries::tokenize(TokenizeRequest request, Cancel cancel) {
  const std::string model = request.model;
  return inquire<Tokens>(model, std::move(cancel),
                         call(codec_of, &backend::TokenCodec::tokenize, std::move(request)));
}

Result<std::unique_ptr<TextInquiry>> Inquiries::detokenize(DetokenizeRequest request,
                                                           Cancel cancel) {
  const std::string model = request.model;
  return inquire<std::string>(model, std::move(cancel),
                              call(codec_of, &backend::TokenCodec::detokenize, std::move(request)));
}

Result<std::unique_ptr<TextInquiry>> Inquiries::apply_template(TemplateRequest request,
                                                               Cancel cancel) {
  const std::string model = request.model;
  const AddedMessages added = add_defaults(model, request.chat);
  return inquire<std::string>(
      model, std::move(cancel),
      call(codec_of, &backend::TokenCodec::apply_template, std::move(request), added));
}

Result<std::unique_ptr<CountInquiry>> Inquiries::count_tokens(CountRequest request, Stay stay,
                                                              Cancel cancel) {
  const std::string model = request.model;
  AddedMessages added;
  if (auto* chat = std::get_if<ChatPrompt>(&request.prompt)) added = add_defaults(model, *chat);
  return inquire<std::uint32_t>(
      model, std::move(cancel),
      call(codec_of, &backend::TokenCodec::count_tokens, std::move(request), added), stay);
}

}  // namespace pcai::engine
