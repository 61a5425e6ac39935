#include "http/routes/model_routes.h"

#include "http/body.h"
#include "http/routes/routes.h"
#include "openai/error_body.h"
#include "openai/models/model_list.h"
#include "openai/models/model_request.h"

namespace pcai::http {
namespace {

constexpr std::chrono::milliseconds kLook{50};

using Begin = Status (engine::Engine::*)(std::string_view);

/// Whether a model that was to be loaded or unloaded has come to rest.
bool at_rest(const ModelStatus& model, ModelState wanted) {
  if (model.state == wanted) return true;
  // A load that failed, or was given up.
  const bool over = model.state == ModelState::Failed || model.state == ModelState::Unloaded;
  return wanted == ModelState::Ready && over;
}

std::string frame(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}

/// Begins it and follows the model until it is done, with a frame for each change where asked for.
Task<void> change_model(Exchange& exchange, Begin begin, ModelState wanted) {
  if (Status allowed = may_manage_models(exchange); !allowed) {
    co_return co_await exchange.fail(allowed.error());
  }
  auto asked = co_await parse_body(exchange, openai::parse_model_request);
  if (!asked) co_return co_await exchange.fail(asked.error());
  engine::Engine& engine = exchange.engine();
  if (Status begun = (engine.*begin)(asked->model); !begun) {
    co_return co_await exchange.fail(begun.error());
  }
  std::string told;
  bool open = false;
  while (!exchange.gone()) {
    const auto model = engine.model(asked->model);
    if (!model && !open) co_return co_await exchange.fail(model.error());
    const bool failed =
        !model || (wanted == ModelState::Ready && model->state == ModelState::Failed);
    const bool done = failed || exchange.ending() || at_rest(*model, wanted);
    if (done && !open && !asked->stream) {
      if (failed) co_return co_await exchange.fail(*model->error);
      co_return co_await exchange.reply(http::told(exchange, openai::model_body(*model)));
    }
    if (asked->stream) {
      if (!open && !(open = co_await exchange.open_stream("text/event-stream"))) co_return;
      std::string now = failed ? openai::error_body(model ? *model->error : model.error())
                               : openai::model_body(*model);
      if (now != told && !co_await exchange.send(frame(now))) co_return;
      told = std::move(now);
      if (done) co_return co_await exchange.close_stream();
    }
    co_await exchange.wait_until(Clock::now() + kLook);
  }
}

}  // namespace

Status may_manage_models(Exchange& exchange) {
  const HttpOptions& options = exchange.server().options;
  if (options.manage_models == ManageModels::Never) {
    return fail(ErrorCode::Forbidden,
                "this server's models cannot be changed by request (manage_models is off)");
  }
  if (!options.api_keys.empty() || options.manage_models == ManageModels::Always) return {};
  return fail(ErrorCode::Forbidden,
              "changing the server's models by request (load, unload, pull, create, copy, delete) "
              "needs a server with API keys, or one that was started with --manage-models on");
}

Task<void> get_models(Exchange& exchange) {
  co_await exchange.reply(json_response(openai::model_list_body(exchange.engine().list_models())));
}

Task<void> get_model(Exchange& exchange) {
  const auto model = exchange.engine().model(exchange.parameter);
  if (model) {
    co_await exchange.reply(json_response(openai::model_body(*model)));
  } else {
    co_await exchange.fail(model.error());
  }
}

Task<void> post_load_model(Exchange& exchange) {
  co_await change_model(exchange, &engine::Engine::begin_load, ModelState::Ready);
}

Task<void> post_unload_model(Exchange& exchange) {
  co_await change_model(exchange, &engine::Engine::begin_unload, ModelState::Unloaded);
}

}  // namespace pcai::http
