#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/answer.h"
#include "http/body.h"
#include "http/elsewhere.h"
#include "http/request_id.h"
#include "http/router.h"
#include "http/routes/routes.h"
#include "llama_server/completion_answer.h"
#include "llama_server/completion_request.h"
#include "llama_server/server_state.h"

namespace pcai::http {
namespace {

using llama_server::CompletionRequest;

Task<void> answer_request(Exchange& exchange, Result<CompletionRequest> request) {
  if (!request) co_return co_await exchange.fail(request.error());
  GenerateRequest& generate = request->generate;
  // Nobody else has this scope, so nothing is found in the cache.
  generate.cache_scope = request->cache_prompt ? exchange.cache_scope : random_id("alone-");
  llama_server::CompletionHead head = llama_server::head_of(
      *request, model_name(exchange.engine(), generate), exchange.warnings.lines());
  Choices choices(exchange.waker(), request->stay);
  for (std::size_t i = 0; i < request->prompts.size(); ++i) {
    generate.prompt = std::move(request->prompts[i]);
    Status started =
        choices.start(exchange.engine(), generate, request->n, request->prompt_path(i));
    if (!started) co_return co_await exchange.fail(started.error());
  }
  head.stop = choices.stopper();
  if (request->stream) {
    llama_server::CompletionStream stream(std::move(head));
    auto streamed = streamed_answer(std::move(stream));
    co_await answer_stream(exchange, std::move(choices), std::move(streamed));
  } else {
    llama_server::CompletionBuilder answer(std::move(head));
    auto whole = whole_answer(std::move(answer));
    co_await answer_whole(exchange, std::move(choices), std::move(whole));
  }
}

/// The value of that name in the target's query; nothing where it is absent or damaged.
std::optional<std::string> query_value(const std::string& target, const std::string& name) {
  for (std::size_t at = target.find('?'); at != std::string::npos; at = target.find('&', at + 1)) {
    const std::string item = target.substr(at + 1, target.find('&', at + 1) - at - 1);
    if (item == name) return "";
    if (item.starts_with(name + "=")) return percent_decoded(item.substr(name.size() + 1));
  }
  return std::nullopt;
}

/// The default model, or the one that the query names.
Task<Result<llama_server::ServedModel>> served_model(Exchange& exchange) {
  engine::Engine& engine = exchange.engine();
  auto status = engine.model(query_value(exchange.request.target, "model").value_or(""));
  if (!status) co_return pcai::fail(std::move(status).error());
  const auto spec = engine.spec(status->id);
  if (!spec) co_return pcai::fail(spec.error());
  llama_server::ServedModel model{.status = *std::move(status), .spec = **spec};
  model.stats = engine.model_stats(model.status.id);
  if (ModelKeeper* const keeper = exchange.server().options.keeper.get()) {
    // The model's header may have to be read.
    model.facts = co_await elsewhere(exchange.server().keepers,
                                     [keeper, &model] { return keeper->facts(model.spec); });
  }
  co_return model;
}

}  // namespace

Task<void> post_llama_completion(Exchange& exchange) {
  auto request = co_await parse_body(exchange, llama_server::parse_completion);
  co_await answer_request(exchange, std::move(request));
}

Task<void> post_llama_infill(Exchange& exchange) {
  auto request = co_await parse_body(exchange, llama_server::parse_infill);
  co_await answer_request(exchange, std::move(request));
}

Task<void> get_llama_props(Exchange& exchange) {
  const auto model = co_await served_model(exchange);
  if (!model) co_return co_await exchange.fail(model.error());
  co_await exchange.reply(json_response(llama_server::props_body(*model)));
}

Task<void> get_llama_slots(Exchange& exchange) {
  const auto wants_free = query_value(exchange.request.target, "fail_on_no_slot");
  const auto model = co_await served_model(exchange);
  if (!model) co_return co_await exchange.fail(model.error());
  if (wants_free == "1" && !llama_server::has_free_slot(*model)) {
    HttpResponse full = error_response(503, "no slot is free");
    co_return co_await exchange.reply(std::move(full));
  }
  co_await exchange.reply(json_response(llama_server::slots_body(*model)));
}

}  // namespace pcai::http
