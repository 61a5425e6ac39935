#include <boost/asio/co_spawn.hpp>
#include <ctime>

#include "http/choices.h"
#include "http/request_id.h"
#include "http/routes.h"
#include "openai/chat_request.h"
#include "openai/chat_response.h"

namespace pcai {
namespace {

constexpr std::size_t kLargeBody = 1U << 20;
constexpr std::size_t kLargeWrite = 64U << 10;
constexpr std::string_view kPing = ": ping\n\n";

/// A large body is parsed on another thread, so that it holds up no stream of this one.
Task<Result<ChatCompletionRequest>> parse(Exchange& exchange) {
  const std::string body = std::move(exchange.request.body);
  if (body.size() < kLargeBody) co_return parse_chat_request(body);
  using Pool = asio::thread_pool::executor_type;
  auto elsewhere = [&body]() -> asio::awaitable<Result<ChatCompletionRequest>, Pool> {
    co_return parse_chat_request(body);
  };
  co_return co_await asio::co_spawn(exchange.server().parsers, elsewhere,
                                    asio::use_awaitable_t<Executor>{});
}

Error shutting_down() {
  return {ErrorCode::Draining, "the server is shutting down"};
}

Task<void> answer_whole(Exchange& exchange, Choices choices, ChatResponseBuilder answer) {
  while (!answer.done() && !answer.error() && !exchange.gone() && !exchange.ending()) {
    if (auto event = choices.next()) {
      answer.add(event->first, event->second);
    } else {
      co_await exchange.wait_until(Clock::time_point::max());
    }
  }
  if (exchange.gone()) co_return;
  if (answer.error()) co_return co_await exchange.fail(*answer.error());
  if (!answer.done()) co_return co_await exchange.fail(shutting_down());
  co_await exchange.reply(json_response(answer.json()));
}

Task<void> answer_stream(Exchange& exchange, Choices choices, ChatStreamWriter writer) {
  const auto ping_interval = exchange.server().options.ping_interval;
  const auto first_ping = Clock::now() + ping_interval;

  // While the head is not sent a failure can have its own status.
  auto event = choices.next();
  while (!event && !exchange.gone() && !exchange.ending() && Clock::now() < first_ping) {
    co_await exchange.wait_until(first_ping);
    event = choices.next();
  }
  if (exchange.gone()) co_return;
  if (event && std::holds_alternative<Failed>(event->second)) {
    co_return co_await exchange.fail(std::get<Failed>(event->second).error);
  }
  if (!event && exchange.ending()) co_return co_await exchange.fail(shutting_down());

  if (!co_await exchange.open_stream("text/event-stream")) co_return;
  std::string frames = writer.open();
  if (!event) frames += kPing;
  auto next_ping = Clock::time_point::min();
  while (!writer.done()) {
    if (!event) event = choices.next();
    while (event && frames.size() < kLargeWrite) {
      frames += writer.add(event->first, event->second);
      event = choices.next();
    }
    if (exchange.ending() && !writer.done())
      frames += writer.add(0, Failed{shutting_down(), {}, {}});
    if (frames.empty()) {
      co_await exchange.wait_until(next_ping);
      if (exchange.gone()) co_return;
      if (Clock::now() < next_ping) continue;
      frames = kPing;
    }
    if (!co_await exchange.send(frames)) co_return;
    // What an idle stream keeps is counted in thousands.
    frames = {};
    next_ping = Clock::now() + ping_interval;
  }
  co_await exchange.close_stream();
}

}  // namespace

Task<void> post_chat_completions(Exchange& exchange) {
  auto chat = co_await parse(exchange);
  if (!chat) co_return co_await exchange.fail(chat.error());
  exchange.request = {};

  ChatResponseHead head{.id = random_id("chatcmpl-"),
                        .created = std::time(nullptr),
                        .model = chat->generate.model,
                        .warnings = std::move(chat->warnings)};
  if (head.model.empty()) {
    const auto model = exchange.engine().model("");
    if (model) head.model = model->id;
  }
  const bool logprobs = chat->generate.params.logprobs;
  chat->generate.cache_scope = exchange.cache_scope;
  auto choices =
      Choices::start(exchange.engine(), std::move(chat->generate), chat->n, exchange.waker());
  if (!choices) co_return co_await exchange.fail(choices.error());
  if (chat->stream) {
    ChatStreamWriter writer(std::move(head), chat->n, logprobs, chat->include_usage);
    co_await answer_stream(exchange, std::move(*choices), std::move(writer));
  } else {
    ChatResponseBuilder answer(std::move(head), chat->n, logprobs);
    co_await answer_whole(exchange, std::move(*choices), std::move(answer));
  }
}

}  // namespace pcai
