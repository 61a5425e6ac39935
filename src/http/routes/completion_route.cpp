#include <ctime>

#include "http/answer.h"
#include "http/body.h"
#include "http/inquire.h"
#include "http/request_id.h"
#include "http/routes/routes.h"
#include "openai/completions/completion_request.h"
#include "openai/completions/completion_response.h"

namespace pcai::http {
namespace {

openai::CompletionResponseHead head_of(Exchange& exchange,
                                       const openai::CompletionRequest& request) {
  return {.id = random_id("cmpl-"),
          .created = std::time(nullptr),
          .model = model_name(exchange.engine(), request.generate),
          .warnings = exchange.warnings.lines(),
          .prompts = static_cast<std::uint32_t>(request.prompts.size()),
          .n = request.n,
          .best_of = request.best_of,
          .logprobs = request.generate.params.logprobs,
          .include_usage = request.include_usage,
          .prompt_only = request.prompt_only,
          .echo_logprobs = request.shows_prompt_logprobs()
                               ? std::optional(request.generate.params.top_logprobs)
                               : std::nullopt,
          .prompt_logprobs = request.prompt_logprobs};
}

/// The prompt as text. Fails where the model has no such tokens.
Task<Result<std::string>> echo_of(Exchange& exchange, const std::string& model,
                                  const Prompt& prompt) {
  if (const auto* text = std::get_if<TextPrompt>(&prompt)) co_return text->text;
  if (const auto* gap = std::get_if<InfillPrompt>(&prompt)) co_return gap->prefix;
  DetokenizeRequest tokens;
  tokens.model = model;
  tokens.tokens = std::get<TokenPrompt>(prompt).tokens;
  auto started = exchange.engine().detokenize(std::move(tokens));
  co_return co_await answer_of(exchange, std::move(started));
}

}  // namespace

Task<void> post_completions(Exchange& exchange) {
  auto request = co_await parse_body(exchange, openai::parse_completion_request);
  if (!request) co_return co_await exchange.fail(request.error());

  openai::CompletionResponseHead head = head_of(exchange, *request);
  GenerateRequest& generate = request->generate;
  generate.cache_scope = exchange.cache_scope;
  // The likeliest can only be chosen by its log-probabilities.
  if (request->best_of > request->n) generate.params.logprobs = true;

  for (std::size_t i = 0; request->echo && i < request->prompts.size(); ++i) {
    auto echo = co_await echo_of(exchange, generate.model, request->prompts[i]);
    if (!echo) co_return co_await exchange.fail(echo.error());
    head.echoes.push_back(*std::move(echo));
  }

  Choices choices(exchange.waker(), request->stay);
  for (std::size_t i = 0; i < request->prompts.size(); ++i) {
    generate.prompt = std::move(request->prompts[i]);
    Status started =
        choices.start(exchange.engine(), generate, request->best_of, request->prompt_path(i));
    if (!started) co_return co_await exchange.fail(started.error());
  }
  if (request->stream) {
    openai::CompletionStreamWriter writer(std::move(head));
    auto streamed = streamed_answer(std::move(writer));
    co_await answer_stream(exchange, std::move(choices), std::move(streamed));
  } else {
    openai::CompletionResponseBuilder answer(std::move(head));
    auto whole = whole_answer(std::move(answer));
    co_await answer_whole(exchange, std::move(choices), std::move(whole));
  }
}

}  // namespace pcai::http
