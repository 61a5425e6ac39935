#include <ctime>

#include "http/answer.h"
#include "http/body.h"
#include "http/request_id.h"
#include "http/routes/routes.h"
#include "openai/responses/response_store.h"
#include "openai/responses/responses_answer.h"
#include "openai/responses/responses_request.h"

namespace pcai::http {
namespace {

/// A response while it runs: known to the store, and kept there once it has ended.
class RunningResponse {
 public:
  RunningResponse(openai::ResponseStore& store, openai::ResponsesAnswer answer, std::string id,
                  bool keep, std::vector<ChatMessage> messages, bool continues)
      : store_(&store),
        answer_(std::move(answer)),
        id_(std::move(id)),
        keep_(keep),
        messages_(std::move(messages)),
        continues_(continues) {}

  RunningResponse(RunningResponse&& other) noexcept = default;

  std::string open() { return answer_.open(); }
  bool done() const { return answer_.done(); }
  const std::optional<Error>& error() const { return answer_.error(); }
  std::string json() const { return answer_.json(); }

  /// The client may ask for a response as soon as it has read the last event, so it is stored
  /// before that is sent.
  std::string add(std::uint32_t choice, const GenerateEvent& event) {
    std::string frames = answer_.add(choice, event);
    if (answer_.done() && keep_ && !answer_.error()) {
      openai::add_answer(messages_, answer_.message(), continues_);
      store_->end(
          id_, openai::ResponseStore::Ended{answer_.json(), std::move(messages_), answer_.items()});
    }
    return frames;
  }

 private:
  openai::ResponseStore* store_;
  openai::ResponsesAnswer answer_;
  std::string id_;
  bool keep_;
  std::vector<ChatMessage> messages_;
  bool continues_;
};

/// Forgets a response that did not come to its end.
class EndInStore {
 public:
  EndInStore(openai::ResponseStore& store, std::string id) : store_(store), id_(std::move(id)) {}
  ~EndInStore() { store_.end(id_, std::nullopt); }
  EndInStore(const EndInStore&) = delete;
  EndInStore& operator=(const EndInStore&) = delete;

 private:
  openai::ResponseStore& store_;
  std::string id_;
};

HttpResponse not_found(const std::string& id) {
  return error_response(404, "there is no response '" + id.substr(0, 64) +
                                 "'; it was not stored, or newer ones replaced it");
}

}  // namespace

Result<std::vector<ChatMessage>> continue_conversation(Exchange& exchange,
                                                       openai::ResponsesRequest& request) {
  std::vector<ChatMessage> history;
  if (!request.previous_response_id.empty()) {
    auto earlier = exchange.server().responses.conversation(request.previous_response_id,
                                                            exchange.cache_scope);
    if (!earlier) return earlier;
    history = *std::move(earlier);
  }
  const auto& input = std::get<ChatPrompt>(request.generate.prompt).messages;
  std::vector<ChatMessage> conversation = history;
  conversation.insert(conversation.end(), input.begin(), input.end());
  openai::add_history(request, std::move(history), *exchange.places);
  return conversation;
}

Task<Result<openai::ResponsesRequest>> parse_response(Exchange& exchange) {
  const auto defaults_of = [&engine = exchange.engine()](std::string_view name) {
    return engine.defaults(name);
  };
  const auto stored_item = [&exchange](const std::string& id) -> std::optional<api::Json> {
    const auto text = exchange.server().responses.find_item(id, exchange.cache_scope);
    if (!text) return std::nullopt;
    return std::optional<api::Json>(api::Json::parse(*text));
  };
  return parse_and_fetch<openai::ResponsesRequest>(
      exchange, [defaults_of, stored_item](std::string_view body) {
        return openai::parse_responses_request(body, defaults_of, stored_item);
      });
}

Task<void> post_responses(Exchange& exchange) {
  auto request = co_await parse_response(exchange);
  if (!request) co_return co_await exchange.fail(request.error());

  auto conversation = continue_conversation(exchange, *request);
  if (!conversation) co_return co_await exchange.fail(conversation.error());
  openai::ResponseStore& store = exchange.server().responses;

  const std::string id = random_id("resp_");
  openai::ResponsesAnswer answer({.id = id,
                                  .created = std::time(nullptr),
                                  .model = model_name(exchange.engine(), request->generate),
                                  .store = request->store,
                                  .logprobs = request->logprobs,
                                  .echo = std::move(request->echo),
                                  .warnings = exchange.warnings.lines()});
  request->generate.cache_scope = exchange.cache_scope;
  const bool continues = std::get<ChatPrompt>(request->generate.prompt).continues;
  Choices choices(exchange.waker(), request->stay);
  Status started = choices.start(exchange.engine(), std::move(request->generate), 1);
  if (!started) co_return co_await exchange.fail(started.error());

  store.begin(id, exchange.cache_scope, answer.json(), choices.canceller());
  const EndInStore ends(store, id);
  RunningResponse running(store, std::move(answer), id, request->store, *std::move(conversation),
                          continues);
  if (request->stream) {
    auto streamed = streamed_answer(std::move(running));
    co_await answer_stream(exchange, std::move(choices), std::move(streamed));
  } else {
    auto whole = whole_answer(std::move(running));
    co_await answer_whole(exchange, std::move(choices), std::move(whole));
  }
}

Task<void> get_response(Exchange& exchange) {
  if (exchange.request.target.find("stream=true") != std::string::npos) {
    const Error error{ErrorCode::Unsupported,
                      "stream: a stored response is not streamed again; leave it out", "stream"};
    co_return co_await exchange.fail(error);
  }
  const std::string& id = exchange.parameter;
  auto found = exchange.server().responses.find(id, exchange.cache_scope);
  HttpResponse answer = found ? json_response(*std::move(found)) : not_found(id);
  co_await exchange.reply(std::move(answer));
}

Task<void> delete_response(Exchange& exchange) {
  const std::string& id = exchange.parameter;
  openai::ResponseStore& store = exchange.server().responses;
  if (store.erase(id, exchange.cache_scope)) {
    const api::Json body = {{"id", id}, {"object", "response"}, {"deleted", true}};
    HttpResponse answer = json_response(api::to_text(body));
    co_return co_await exchange.reply(std::move(answer));
  }
  if (store.find(id, exchange.cache_scope)) {
    co_return co_await exchange.fail(ErrorCode::InvalidRequest,
                                     "the response is still running; cancel it first");
  }
  HttpResponse answer = not_found(id);
  co_await exchange.reply(std::move(answer));
}

Task<void> cancel_response(Exchange& exchange) {
  const std::string& id = exchange.parameter;
  auto found = exchange.server().responses.cancel(id, exchange.cache_scope);
  HttpResponse answer = found ? json_response(*std::move(found)) : not_found(id);
  co_await exchange.reply(std::move(answer));
}

}  // namespace pcai::http
