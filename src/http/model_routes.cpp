#include "http/routes.h"
#include "openai/model_list.h"

namespace pcai {

Task<void> get_models(Exchange& exchange) {
  co_await exchange.reply(json_response(model_list_body(exchange.engine().list_models())));
}

Task<void> get_model(Exchange& exchange) {
  const auto model = exchange.engine().model(exchange.parameter);
  if (model) {
    co_await exchange.reply(json_response(model_body(*model)));
  } else {
    co_await exchange.fail(model.error());
  }
}

}  // namespace pcai
