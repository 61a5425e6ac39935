#include <ctime>

#include "http/answer.h"
#include "http/body.h"
#include "http/inquire.h"
#include "http/routes/routes.h"
#include "ollama/embed.h"
#include "ollama/generate_answer.h"
#include "ollama/generate_request.h"
#include "ollama/models.h"
#include "openai/embeddings/embedding_response.h"

namespace pcai::http {
namespace {

// There is no line that says nothing, so a stream waits in silence.
constexpr StreamForm kForm{.content_type = "application/x-ndjson", .ping = ""};

std::string known_model(const engine::Engine& engine, std::string name) {
  return ollama::known_name(engine.list_models(), std::move(name));
}

/// Counting a token loads the model, and the answer says that it is there.
Task<void> answer_loaded(Exchange& exchange, ollama::OllamaRequest request,
                         ollama::OllamaHead head) {
  CountRequest token;
  token.model = std::move(request.generate.model);
  token.prompt = TokenPrompt{{0}};
  auto started = exchange.engine().count_tokens(std::move(token));
  const auto count = co_await answer_of(exchange, std::move(started));
  // A model that shows no tokens is loaded all the same.
  if (!count && count.error().code != ErrorCode::Unsupported) {
    co_return co_await exchange.fail(count.error());
  }
  co_await exchange.reply(json_response(ollama::load_body(head)));
}

Task<void> answer_request(Exchange& exchange, Result<ollama::OllamaRequest> request,
                          ollama::OllamaShape shape) {
  if (!request) co_return co_await exchange.fail(request.error());
  GenerateRequest& generate = request->generate;
  ollama::OllamaHead head{.shape = shape,
                          .model = generate.model,
                          .created_at = ollama::rfc3339(std::time(nullptr)),
                          .warnings = exchange.warnings.lines()};
  generate.model = known_model(exchange.engine(), std::move(generate.model));
  if (request->only_load) {
    co_return co_await answer_loaded(exchange, std::move(*request), std::move(head));
  }
  generate.cache_scope = exchange.cache_scope;
  Choices choices(exchange.waker());
  const Status started = choices.start(exchange.engine(), std::move(generate), 1);
  if (!started) co_return co_await exchange.fail(started.error());
  if (request->stream) {
    auto answer = streamed_answer(ollama::OllamaStream(std::move(head)));
    co_await answer_stream(exchange, std::move(choices), std::move(answer), kForm);
  } else {
    auto answer = whole_answer(ollama::OllamaBuilder(std::move(head)));
    co_await answer_whole(exchange, std::move(choices), std::move(answer));
  }
}

/// The vectors, or nothing when the failure has been told.
Task<std::optional<std::vector<Embedding>>> embed(Exchange& exchange,
                                                  ollama::OllamaEmbedRequest& request) {
  EmbedRequest known = std::move(request.embed);
  known.model = ollama::known_name(exchange.engine().list_models(), std::move(known.model));
  auto started = exchange.engine().embed(std::move(known));
  auto embeddings = co_await answer_of(exchange, std::move(started));
  Status done = embeddings ? Status() : pcai::fail(embeddings.error());
  if (done && request.dimensions) done = openai::shorten(*embeddings, *request.dimensions);
  if (!done) {
    co_await exchange.fail(done.error());
    co_return std::nullopt;
  }
  co_return std::move(*embeddings);
}

}  // namespace

Task<void> post_ollama_chat(Exchange& exchange) {
  auto request = co_await parse_body(exchange, ollama::parse_ollama_chat, known_model);
  co_await answer_request(exchange, std::move(request), ollama::OllamaShape::Chat);
}

Task<void> post_ollama_generate(Exchange& exchange) {
  auto request = co_await parse_body(exchange, ollama::parse_ollama_generate, known_model);
  co_await answer_request(exchange, std::move(request), ollama::OllamaShape::Generate);
}

Task<void> post_ollama_embed(Exchange& exchange) {
  const auto begin = Clock::now();
  auto request = co_await parse_body(exchange, ollama::parse_ollama_embed);
  if (!request) co_return co_await exchange.fail(request.error());
  const std::string model = request->embed.model;
  const auto embeddings = co_await embed(exchange, *request);
  if (!embeddings) co_return;
  const double elapsed = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  std::string body = co_await write_elsewhere(exchange, [&] {
    return ollama::ollama_embed_body(model, *embeddings, elapsed, exchange.warnings.lines());
  });
  co_await exchange.reply(json_response(std::move(body)));
}

Task<void> post_ollama_embeddings(Exchange& exchange) {
  auto request = co_await parse_body(exchange, ollama::parse_ollama_embeddings);
  if (!request) co_return co_await exchange.fail(request.error());
  const auto embeddings = co_await embed(exchange, *request);
  if (!embeddings) co_return;
  co_await exchange.reply(told(exchange, ollama::ollama_embeddings_body(*embeddings)));
}

Task<void> get_ollama_tags(Exchange& exchange) {
  co_await exchange.reply(json_response(ollama::tags_body(exchange.engine().list_models())));
}

Task<void> get_ollama_ps(Exchange& exchange) {
  co_await exchange.reply(json_response(ollama::ps_body(exchange.engine().list_models())));
}

Task<void> post_ollama_show(Exchange& exchange) {
  auto asked = co_await parse_body(exchange, ollama::parse_show_request);
  if (!asked) co_return co_await exchange.fail(asked.error());
  const auto model = exchange.engine().model(
      ollama::known_name(exchange.engine().list_models(), std::move(asked->model)));
  if (!model) co_return co_await exchange.fail(model.error());
  co_await exchange.reply(told(exchange, ollama::show_body(*model)));
}

Task<void> get_ollama_version(Exchange& exchange) {
  co_await exchange.reply(json_response(ollama::version_body()));
}

}  // namespace pcai::http
