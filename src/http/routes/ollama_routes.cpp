#include <ctime>

#include "http/answer.h"
#include "http/body.h"
#include "http/inquire.h"
#include "http/routes/ollama_names.h"
#include "http/routes/routes.h"
#include "ollama/embed.h"
#include "ollama/generate_answer.h"
#include "ollama/generate_request.h"
#include "openai/embeddings/embedding_response.h"

namespace pcai::http {
namespace {

// There is no line that says nothing, so a stream waits in silence.
constexpr StreamForm kForm{.content_type = "application/x-ndjson", .ping = ""};

// How long an answer waits for an idle model to leave.
constexpr std::chrono::seconds kLongestLeaving{10};
constexpr std::chrono::milliseconds kLook{20};

/// Counting a token loads the model, and the answer says that it is there.
Task<void> answer_loaded(Exchange& exchange, ollama::OllamaRequest request,
                         ollama::OllamaHead head) {
  CountRequest token;
  token.model = std::move(request.generate.model);
  token.prompt = TokenPrompt{{0}};
  auto started = exchange.engine().count_tokens(std::move(token), request.stay);
  const auto count = co_await answer_of(exchange, std::move(started));
  // A model that shows no tokens is loaded all the same.
  if (!count && count.error().code != ErrorCode::Unsupported) {
    co_return co_await exchange.fail(count.error());
  }
  co_await exchange.reply(json_response(ollama::load_body(head, "load")));
}

/// Lets the model go. One that is idle has gone when the answer comes; another goes later.
Task<void> answer_unloaded(Exchange& exchange, std::string id, ollama::OllamaHead head) {
  engine::Engine& engine = exchange.engine();
  if (Status going = engine.let_go(id); !going) co_return co_await exchange.fail(going.error());
  const auto until = Clock::now() + kLongestLeaving;
  while (!exchange.gone() && !exchange.ending() && Clock::now() < until) {
    const auto model = engine.model(id);
    const bool is_leaving = model && model->state == ModelState::Ready && model->requests == 0;
    if (!is_leaving) break;
    co_await exchange.wait_until(Clock::now() + kLook);
  }
  co_await exchange.reply(json_response(ollama::load_body(head, "unload")));
}

Task<void> answer_request(Exchange& exchange, Result<ollama::OllamaRequest> request,
                          ollama::OllamaShape shape) {
  if (!request) co_return co_await exchange.fail(request.error());
  GenerateRequest& generate = request->generate;
  ollama::OllamaHead head{.shape = shape,
                          .model = generate.model,
                          .created_at = ollama::rfc3339(std::time(nullptr)),
                          .warnings = exchange.warnings.lines()};
  auto known = find_model(exchange.engine(), generate.model);
  if (!known) co_return co_await exchange.fail(known.error());
  generate.model = *std::move(known);
  if (request->unloads()) {
    co_return co_await answer_unloaded(exchange, std::move(generate.model), std::move(head));
  }
  if (request->only_load) {
    co_return co_await answer_loaded(exchange, std::move(*request), std::move(head));
  }
  generate.cache_scope = exchange.cache_scope;
  Choices choices(exchange.waker(), request->stay);
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
  auto known = find_model(exchange.engine(), request.embed.model);
  if (!known) {
    co_await exchange.fail(known.error());
    co_return std::nullopt;
  }
  request.embed.model = *std::move(known);
  auto started = exchange.engine().embed(std::move(request.embed), request.stay);
  auto embeddings = co_await answer_of(exchange, std::move(started));
  Status done = embeddings ? Status() : pcai::fail(embeddings.error());
  if (done && request.dimensions) done = openai::shorten(*embeddings, *request.dimensions);
  if (!done) {
    co_await exchange.fail(done.error());
    co_return std::nullopt;
  }
  ollama::tell_truncated(*embeddings, exchange.warnings);
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

}  // namespace pcai::http
