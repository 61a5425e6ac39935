#include "http/routes/routes.h"

namespace pcai::http {

// What Ollama says there. Its clients ask this before anything else.
Task<void> get_root(Exchange& exchange) {
  co_await exchange.reply(text_response("Ollama is running"));
}

Task<void> get_health(Exchange& exchange) {
  co_await exchange.reply(text_response("OK"));
}

Task<void> get_ready(Exchange& exchange) {
  if (exchange.engine().ready()) {
    co_await exchange.reply(text_response("OK"));
  } else {
    co_await exchange.fail(ErrorCode::Loading, "the default model is not loaded yet");
  }
}

}  // namespace pcai::http
