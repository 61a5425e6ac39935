#pragma once

#include <span>

#include "http/exchange.h"
#include "http/router.h"

namespace pcai {

struct Route {
  RoutePattern pattern;
  Task<void> (*handler)(Exchange&);
  bool open = false;                 // answers without an API key
  const Dialect* dialect = nullptr;  // of an API that is not OpenAI's
};

/// Every route of the server. A new one is a file with its handler, a line here and one in the
/// table.
std::span<const Route> routes();

Task<void> get_health(Exchange& exchange);
Task<void> get_ready(Exchange& exchange);
Task<void> get_metrics(Exchange& exchange);
Task<void> get_models(Exchange& exchange);
Task<void> get_model(Exchange& exchange);
Task<void> post_chat_completions(Exchange& exchange);

Task<void> post_embeddings(Exchange& exchange);
Task<void> post_rerank(Exchange& exchange);
Task<void> post_tokenize(Exchange& exchange);
Task<void> post_detokenize(Exchange& exchange);
Task<void> post_apply_template(Exchange& exchange);

extern const Dialect kAnthropic;
Task<void> post_messages(Exchange& exchange);
Task<void> post_count_tokens(Exchange& exchange);

}  // namespace pcai
