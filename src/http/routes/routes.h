#pragma once

#include <span>

#include "api/api_description.h"
#include "http/connection/exchange.h"
#include "http/router.h"

namespace pcai::openai {
struct ResponsesRequest;
}  // namespace pcai::openai

namespace pcai::http {

struct Route {
  RoutePattern pattern;
  Task<void> (*handler)(Exchange&);
  bool open = false;           // answers without an API key
  api::ApiOperation api = {};  // for /openapi.json and /docs; must have a summary
  const api::Dialect* dialect = &openai::kPlainDialect;
  std::uint64_t max_body_bytes = 0;  // of a body that it takes in pieces; 0 = it is read before
};

/// The dialect of a target without a route: an unknown path of an API is told as that API does.
const api::Dialect& dialect_of(std::string_view target) noexcept;

/// Every route of the server. To add one: a file with its handler, a line here, and one in the
/// table.
std::span<const Route> routes();

Task<void> get_root(Exchange& exchange);
Task<void> get_health(Exchange& exchange);
Task<void> get_ready(Exchange& exchange);
Task<void> get_metrics(Exchange& exchange);
Task<void> get_openapi(Exchange& exchange);
Task<void> get_docs(Exchange& exchange);
Task<void> get_models(Exchange& exchange);
Task<void> post_load_model(Exchange& exchange);
Task<void> post_unload_model(Exchange& exchange);
Task<void> post_pull_model(Exchange& exchange);
Task<void> get_model(Exchange& exchange);
Task<void> post_chat_completions(Exchange& exchange);
Task<void> post_completions(Exchange& exchange);
Task<void> post_llama_completion(Exchange& exchange);
Task<void> post_llama_infill(Exchange& exchange);
Task<void> get_llama_props(Exchange& exchange);
Task<void> get_llama_slots(Exchange& exchange);
Task<void> post_chat_input_tokens(Exchange& exchange);
Task<void> post_responses(Exchange& exchange);
Task<void> post_responses_input_tokens(Exchange& exchange);
Task<void> get_response(Exchange& exchange);
Task<void> delete_response(Exchange& exchange);
Task<void> cancel_response(Exchange& exchange);

Task<void> post_embeddings(Exchange& exchange);
Task<void> post_rerank(Exchange& exchange);
Task<void> post_tokenize(Exchange& exchange);
Task<void> post_detokenize(Exchange& exchange);
Task<void> post_apply_template(Exchange& exchange);

Task<void> post_messages(Exchange& exchange);
Task<void> post_count_tokens(Exchange& exchange);

Task<void> post_ollama_chat(Exchange& exchange);
Task<void> post_ollama_generate(Exchange& exchange);
Task<void> post_ollama_embed(Exchange& exchange);
Task<void> post_ollama_embeddings(Exchange& exchange);
Task<void> get_ollama_tags(Exchange& exchange);
Task<void> get_ollama_ps(Exchange& exchange);
Task<void> post_ollama_show(Exchange& exchange);
Task<void> get_ollama_version(Exchange& exchange);
Task<void> post_ollama_pull(Exchange& exchange);
Task<void> post_ollama_push(Exchange& exchange);
Task<void> post_ollama_create(Exchange& exchange);
Task<void> post_ollama_copy(Exchange& exchange);
Task<void> delete_ollama_model(Exchange& exchange);
Task<void> get_ollama_blob(Exchange& exchange);
Task<void> post_ollama_blob(Exchange& exchange);

/// Parses the body of a request to /v1/responses, whose input may refer to stored items.
Task<Result<openai::ResponsesRequest>> parse_response(Exchange& exchange);

/// Puts the earlier conversation in front of a request's input. Returns the conversation that the
/// next request will continue, without this answer.
Result<std::vector<ChatMessage>> continue_conversation(Exchange& exchange,
                                                       openai::ResponsesRequest& request);

}  // namespace pcai::http
