#include "http/routes/routes.h"

namespace pcai::http {

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
