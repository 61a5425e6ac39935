#include "http/body.h"
#include "http/inquire.h"
#include "http/routes/routes.h"
#include "openai/chat/chat_request.h"
#include "openai/token_request.h"

namespace pcai::http {

Task<void> post_tokenize(Exchange& exchange) {
  auto request = co_await parse_body(exchange, openai::parse_tokenize_request);
  if (!request) co_return co_await exchange.fail(request.error());
  auto started = exchange.engine().tokenize(std::move(request->request));
  auto tokens = co_await answer_of(exchange, std::move(started));
  if (!tokens) co_return co_await exchange.fail(tokens.error());
  std::string body =
      co_await write_elsewhere(exchange, [&] { return openai::tokens_body(*tokens); });
  co_await exchange.reply(told(exchange, std::move(body)));
}

Task<void> post_detokenize(Exchange& exchange) {
  auto request = co_await parse_body(exchange, openai::parse_detokenize_request);
  if (!request) co_return co_await exchange.fail(request.error());
  auto started = exchange.engine().detokenize(std::move(request->request));
  const auto text = co_await answer_of(exchange, std::move(started));
  if (!text) co_return co_await exchange.fail(text.error());
  co_await exchange.reply(told(exchange, openai::content_body(*text)));
}

Task<void> post_apply_template(Exchange& exchange) {
  auto request = co_await parse_body(exchange, openai::parse_chat_request);
  if (!request) co_return co_await exchange.fail(request.error());
  GenerateRequest& generate = request->generate;
  TemplateRequest chat;
  chat.model = std::move(generate.model);
  chat.chat = std::move(std::get<ChatPrompt>(generate.prompt));
  // GCC 12 destroys temporaries of a co_await's operand twice, hence the variable.
  auto started = exchange.engine().apply_template(std::move(chat));
  const auto text = co_await answer_of(exchange, std::move(started));
  if (!text) co_return co_await exchange.fail(text.error());
  co_await exchange.reply(told(exchange, openai::prompt_body(*text)));
}

}  // namespace pcai::http
