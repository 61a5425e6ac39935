#include <ctime>

#include "http/answer.h"
#include "http/body.h"
#include "http/request_id.h"
#include "http/routes/routes.h"
#include "openai/chat/chat_request.h"
#include "openai/chat/chat_response.h"

namespace pcai::http {

Task<void> post_chat_completions(Exchange& exchange) {
  auto chat = co_await parse_body(exchange, openai::parse_chat_request);
  if (!chat) co_return co_await exchange.fail(chat.error());

  openai::ChatResponseHead head{.id = random_id("chatcmpl-"),
                                .created = std::time(nullptr),
                                .model = model_name(exchange.engine(), chat->generate),
                                .warnings = exchange.warnings.lines(),
                                .reasoning_name = exchange.server().options.reasoning_field,
                                .legacy_calls = chat->legacy_calls,
                                .prompt_logprobs = chat->prompt_logprobs};
  const bool logprobs = chat->generate.params.logprobs;
  chat->generate.cache_scope = exchange.cache_scope;
  Choices choices(exchange.waker(), chat->stay);
  if (Status started = choices.start(exchange.engine(), std::move(chat->generate), chat->n);
      !started) {
    co_return co_await exchange.fail(started.error());
  }
  if (chat->stream) {
    openai::ChatStreamWriter writer(std::move(head), chat->n, logprobs, chat->include_usage);
    auto streamed = streamed_answer(std::move(writer));
    co_await answer_stream(exchange, std::move(choices), std::move(streamed));
  } else {
    openai::ChatResponseBuilder answer(std::move(head), chat->n, logprobs);
    auto whole = whole_answer(std::move(answer));
    co_await answer_whole(exchange, std::move(choices), std::move(whole));
  }
}

}  // namespace pcai::http
