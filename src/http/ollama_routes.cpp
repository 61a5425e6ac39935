#include <ctime>

#include "http/answer.h"
#include "http/body.h"
#include "http/inquire.h"
#include "http/routes.h"
#include "ollama/embed.h"
#include "ollama/generate_answer.h"
#include "ollama/generate_request.h"
#include "ollama/models.h"
#include "openai/embedding_response.h"

namespace pcai {
namespace {

// There is no line that says nothing, so a stream waits in silence.
constexpr StreamForm kForm{.content_type = "application/x-ndjson", .ping = ""};

std::string known_model(const Engine& engine, std::string name) {
  return known_name(engine.list_models(), std::move(name));
}

/// Counting a token loads the model, and the answer says that it is there.
Task<void> answer_loaded(Exchange& exchange, OllamaRequest request, OllamaHead head) {
  CountRequest token;
  token.model = std::move(request.generate.model);
  token.prompt = TokenPrompt{{0}};
  auto started = exchange.engine().count_tokens(std::move(token));
  const auto count = co_await answer_of(exchange, std::move(started));
  // A model that shows no tokens is loaded all the same.
  if (!count && count.error().code != ErrorCode::Unsupported) {
    co_return co_await exchange.fail(count.error());
  }
  co_await exchange.reply(json_response(load_body(head)));
}

Task<void> answer_request(Exchange& exchange, Result<OllamaRequest> request, OllamaShape shape) {
  if (!request) co_return co_await exchange.fail(request.error());
  GenerateRequest& generate = request->generate;
  OllamaHead head{.shape = shape,
                  .model = generate.model,
                  .created_at = rfc3339(std::time(nullptr)),
                  .warnings = std::move(request->warnings)};
  generate.model = known_model(exchange.engine(), std::move(generate.model));
  if (request->only_load) {
    co_return co_await answer_loaded(exchange, std::move(*request), std::move(head));
  }
  generate.cache_scope = exchange.cache_scope;
  Choices choices(exchange.waker());
  const Status started = choices.start(exchange.engine(), std::move(generate), 1);
  if (!started) co_return co_await exchange.fail(started.error());
  if (request->stream) {
    auto answer = streamed_answer(OllamaStream(std::move(head)));
    co_await answer_stream(exchange, std::move(choices), std::move(answer), kForm);
  } else {
    auto answer = whole_answer(OllamaBuilder(std::move(head)));
    co_await answer_whole(exchange, std::move(choices), std::move(answer));
  }
}

/// The vectors, or nothing when the failure has been told.
Task<std::optional<std::vector<Embedding>>> embed(Exchange& exchange, OllamaEmbedRequest& request) {
  EmbedRequest known = std::move(request.embed);
  known.model = known_name(exchange.engine().list_models(), std::move(known.model));
  auto started = exchange.engine().embed(std::move(known));
  auto embeddings = co_await answer_of(exchange, std::move(started));
  Status done = embeddings ? Status() : pcai::fail(embeddings.error());
  if (done && request.dimensions) done = shorten(*embeddings, *request.dimensions);
  if (!done) {
    co_await exchange.fail(done.error());
    co_return std::nullopt;
  }
  co_return std::move(*embeddings);
}

}  // namespace

Task<void> post_ollama_chat(Exchange& exchange) {
  auto request = co_await parse_body(exchange, parse_ollama_chat, known_model);
  co_await answer_request(exchange, std::move(request), OllamaShape::Chat);
}

Task<void> post_ollama_generate(Exchange& exchange) {
  auto request = co_await parse_body(exchange, parse_ollama_generate, known_model);
  co_await answer_request(exchange, std::move(request), OllamaShape::Generate);
}

Task<void> post_ollama_embed(Exchange& exchange) {
  const auto begin = Clock::now();
  auto request = co_await parse_body(exchange, parse_ollama_embed);
  if (!request) co_return co_await exchange.fail(request.error());
  const std::string model = request->embed.model;
  const auto embeddings = co_await embed(exchange, *request);
  if (!embeddings) co_return;
  const double elapsed = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  std::string body = co_await write_elsewhere(
      exchange, [&] { return ollama_embed_body(model, *embeddings, elapsed, request->warnings); });
  co_await exchange.reply(json_response(std::move(body)));
}

Task<void> post_ollama_embeddings(Exchange& exchange) {
  auto request = co_await parse_body(exchange, parse_ollama_embeddings);
  if (!request) co_return co_await exchange.fail(request.error());
  const auto embeddings = co_await embed(exchange, *request);
  if (!embeddings) co_return;
  co_await exchange.reply(json_response(ollama_embeddings_body(*embeddings)));
}

Task<void> get_ollama_tags(Exchange& exchange) {
  co_await exchange.reply(json_response(tags_body(exchange.engine().list_models())));
}

Task<void> get_ollama_ps(Exchange& exchange) {
  co_await exchange.reply(json_response(ps_body(exchange.engine().list_models())));
}

Task<void> post_ollama_show(Exchange& exchange) {
  auto name = co_await parse_body(exchange, parse_show_request);
  if (!name) co_return co_await exchange.fail(name.error());
  const auto model =
      exchange.engine().model(known_name(exchange.engine().list_models(), std::move(*name)));
  if (!model) co_return co_await exchange.fail(model.error());
  co_await exchange.reply(json_response(show_body(*model)));
}

Task<void> get_ollama_version(Exchange& exchange) {
  co_await exchange.reply(json_response(version_body()));
}

}  // namespace pcai
