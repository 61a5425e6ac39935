#include "http/body.h"
#include "http/routes/routes.h"
#include "http/routes/running_pull.h"
#include "openai/error_body.h"
#include "openai/models/model_request.h"

namespace pcai::http {
namespace {

constexpr std::chrono::milliseconds kBetweenFrames{200};

std::string body_of(const RunningPull::View& view, const std::string& name) {
  if (view.result && !*view.result) return openai::error_body(view.result->error());
  if (view.result) return api::to_text({{"model", **view.result}, {"status", "done"}});
  return api::to_text({{"model", name},
                       {"status", view.begun ? "downloading" : "waiting"},
                       {"done_bytes", view.step.done},
                       {"total_bytes", view.step.total}});
}

}  // namespace

Task<void> post_pull_model(Exchange& exchange) {
  if (Status allowed = may_pull(exchange); !allowed) {
    co_return co_await exchange.fail(allowed.error());
  }
  auto asked = co_await parse_body(exchange, openai::parse_model_request);
  if (!asked) co_return co_await exchange.fail(asked.error());
  const PullInQueue pull(exchange, asked->model);
  std::string told;
  bool open = false;
  while (!exchange.gone() && !exchange.ending()) {
    const RunningPull::View view = pull.view();
    const bool failed = view.result && !*view.result;
    if (view.result && !open && failed) co_return co_await exchange.fail(view.result->error());
    if (view.result && !open && !asked->stream) {
      co_return co_await exchange.reply(http::told(exchange, body_of(view, asked->model)));
    }
    if (asked->stream && (view.begun || open)) {
      if (!open && !(open = co_await exchange.open_stream("text/event-stream"))) co_return;
      std::string now = body_of(view, asked->model);
      std::string frame = now == told ? std::string() : "data: " + now + "\n\n";
      if (!frame.empty() && !co_await exchange.send(frame)) co_return;
      told = std::move(now);
      if (view.result) co_return co_await exchange.close_stream();
    }
    co_await exchange.wait_until(Clock::now() + kBetweenFrames);
  }
  if (!exchange.started()) {
    co_await exchange.fail(ErrorCode::Draining, "the server is shutting down");
  }
}

}  // namespace pcai::http
