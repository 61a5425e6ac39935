#include "http/body.h"
#include "http/inquire.h"
#include "http/routes/routes.h"
#include "openai/chat/chat_request.h"
#include "openai/responses/responses_request.h"

namespace pcai::http {
namespace {

/// Counts a prompt's tokens and replies with {"object", "input_tokens"}.
Task<void> reply_count(Exchange& exchange, GenerateRequest request, std::string object) {
  CountRequest count;
  count.model = std::move(request.model);
  count.prompt = std::move(request.prompt);
  auto started = exchange.engine().count_tokens(std::move(count));
  auto tokens = co_await answer_of(exchange, std::move(started));
  if (!tokens) co_return co_await exchange.fail(tokens.error());
  const api::Json body = {{"object", object}, {"input_tokens", *tokens}};
  HttpResponse response = told(exchange, api::to_text(body));
  co_await exchange.reply(std::move(response));
}

}  // namespace

Task<void> post_chat_input_tokens(Exchange& exchange) {
  auto chat = co_await parse_body(exchange, openai::parse_chat_request);
  if (!chat) co_return co_await exchange.fail(chat.error());
  std::string object = "chat.completion.input_tokens";
  co_await reply_count(exchange, std::move(chat->generate), std::move(object));
}

Task<void> post_responses_input_tokens(Exchange& exchange) {
  auto request = co_await parse_response(exchange);
  if (!request) co_return co_await exchange.fail(request.error());
  auto continued = continue_conversation(exchange, *request);
  if (!continued) co_return co_await exchange.fail(continued.error());
  std::string object = "response.input_tokens";
  co_await reply_count(exchange, std::move(request->generate), std::move(object));
}

}  // namespace pcai::http
