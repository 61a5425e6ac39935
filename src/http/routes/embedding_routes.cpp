#include "http/body.h"
#include "http/inquire.h"
#include "http/routes/routes.h"
#include "openai/embeddings/embedding_request.h"
#include "openai/embeddings/embedding_response.h"

namespace pcai::http {

Task<void> post_embeddings(Exchange& exchange) {
  auto request = co_await parse_body(exchange, openai::parse_embedding_request);
  if (!request) co_return co_await exchange.fail(request.error());
  const std::string model = model_name(exchange.engine(), request->embed.model);
  auto started = exchange.engine().embed(std::move(request->embed), request->stay);
  auto embeddings = co_await answer_of(exchange, std::move(started));
  if (!embeddings) co_return co_await exchange.fail(embeddings.error());
  if (request->dimensions) {
    const Status cut = openai::shorten(*embeddings, *request->dimensions);
    if (!cut) co_return co_await exchange.fail(cut.error());
  }
  std::string body = co_await write_elsewhere(exchange, [&] {
    return openai::embedding_body(model, *embeddings, request->base64, exchange.warnings.lines());
  });
  co_await exchange.reply(json_response(std::move(body)));
}

Task<void> post_rerank(Exchange& exchange) {
  auto request = co_await parse_body(exchange, openai::parse_rerank_request);
  if (!request) co_return co_await exchange.fail(request.error());
  const std::string model = model_name(exchange.engine(), request->rank.model);
  auto started = exchange.engine().rank(request->rank);
  auto scores = co_await answer_of(exchange, std::move(started));
  if (!scores) co_return co_await exchange.fail(scores.error());
  co_await exchange.reply(json_response(openai::rerank_body(model, *request, *scores)));
}

}  // namespace pcai::http
