#include "http/metrics.h"
#include "http/routes/routes.h"

namespace pcai::http {

Task<void> get_metrics(Exchange& exchange) {
  HttpResponse response{.body = metrics_text(exchange.engine(), exchange.server().stats),
                        .content_type = "text/plain; version=0.0.4"};
  if (response.body.empty()) {
    response = error_response(501, "this program was built without prometheus-cpp");
  }
  co_await exchange.reply(std::move(response));
}

}  // namespace pcai::http
