#include "anthropic/messages_answer.h"
#include "anthropic/messages_request.h"
#include "http/answer.h"
#include "http/body.h"
#include "http/inquire.h"
#include "http/request_id.h"
#include "http/routes/routes.h"

namespace pcai::http {
namespace {

constexpr StreamForm kForm{.ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n"};

}  // namespace

Task<void> post_messages(Exchange& exchange) {
  auto request = co_await parse_body(exchange, anthropic::parse_messages_request);
  if (!request) co_return co_await exchange.fail(request.error());
  GenerateRequest& generate = request->generate;
  anthropic::MessageHead head{.id = random_id("msg_"),
                              .model = generate.model,
                              .stop_sequences = generate.params.stop_sequences,
                              .warnings = exchange.warnings.lines()};
  generate.cache_scope = exchange.cache_scope;
  Choices choices(exchange.waker());
  const Status started = choices.start(exchange.engine(), std::move(generate), 1);
  if (!started) co_return co_await exchange.fail(started.error());
  if (request->stream) {
    auto answer = streamed_answer(anthropic::MessageStream(std::move(head)));
    co_await answer_stream(exchange, std::move(choices), std::move(answer), kForm);
  } else {
    auto answer = whole_answer(anthropic::MessageBuilder(std::move(head)));
    co_await answer_whole(exchange, std::move(choices), std::move(answer));
  }
}

Task<void> post_count_tokens(Exchange& exchange) {
  auto request = co_await parse_body(exchange, anthropic::parse_count_request);
  if (!request) co_return co_await exchange.fail(request.error());
  CountRequest prompt;
  prompt.model = std::move(request->generate.model);
  prompt.prompt = std::move(request->generate.prompt);
  auto started = exchange.engine().count_tokens(std::move(prompt));
  const auto count = co_await answer_of(exchange, std::move(started));
  if (!count) co_return co_await exchange.fail(count.error());
  co_await exchange.reply(told(exchange, "{\"input_tokens\":" + std::to_string(*count) + "}"));
}

}  // namespace pcai::http
