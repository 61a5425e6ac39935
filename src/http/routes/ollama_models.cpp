#include <fmt/format.h>
#include <openssl/evp.h>

#include <ctime>

#include "http/body.h"
#include "http/elsewhere.h"
#include "http/routes/model_routes.h"
#include "http/routes/ollama_names.h"
#include "http/routes/routes.h"
#include "ollama/generate_answer.h"
#include "ollama/model_requests.h"
#include "ollama/models.h"

namespace pcai::http {
namespace {

/// Of a server that knows no files.
std::string digest_of(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

ollama::ListedModel listed(ServerState& server, ModelStatus status) {
  ollama::ListedModel model{.status = std::move(status)};
  const auto spec = server.engine.spec(model.status.id);
  if (spec && server.options.keeper) {
    model.facts = server.options.keeper->facts(**spec);
  } else {
    model.facts.digest = digest_of(model.status.id);
  }
  if (model.status.unloads_at) {
    model.expires_at = *model.status.unloads_at;
  } else if (const auto stays = server.engine.stays(model.status.id)) {
    model.expires_at = std::time(nullptr) + std::chrono::ceil<std::chrono::seconds>(*stays).count();
  }
  return model;
}

using ListBody = std::string (*)(const std::vector<ollama::ListedModel>&);

/// The models' headers may have to be read.
Task<void> reply_with_list(Exchange& exchange, ListBody body) {
  ServerState& server = exchange.server();
  auto text = co_await elsewhere(server.keepers, [&server, body] {
    std::vector<ollama::ListedModel> models;
    for (ModelStatus& status : server.engine.list_models()) {
      models.push_back(listed(server, std::move(status)));
    }
    return body(models);
  });
  co_await exchange.reply(json_response(std::move(text)));
}

/// The keeper, if this request may change models.
Result<ModelKeeper*> keeper_for(Exchange& exchange) {
  if (Status allowed = may_manage_models(exchange); !allowed) return pcai::fail(allowed.error());
  if (ModelKeeper* keeper = exchange.server().options.keeper.get()) return keeper;
  return pcai::fail(ErrorCode::Unsupported, "this server neither makes nor removes models");
}

Task<void> reply_empty(Exchange& exchange) {
  co_await exchange.reply(text_response(""));
}

Task<void> reply_created(Exchange& exchange, bool stream, std::vector<std::string> warnings) {
  if (!stream) {
    ollama::OllamaProgress done{.status = "success", .warnings = std::move(warnings)};
    co_return co_await exchange.reply(json_response(ollama::progress_body(done)));
  }
  if (!co_await exchange.open_stream("application/x-ndjson")) co_return;
  std::string lines;
  for (const char* status : {"gathering model components", "writing manifest"}) {
    lines += ollama::progress_body({.status = status}) + "\n";
  }
  ollama::OllamaProgress done{.status = "success", .warnings = std::move(warnings)};
  lines += ollama::progress_body(done) + "\n";
  if (co_await exchange.send(lines)) co_await exchange.close_stream();
}

}  // namespace

std::string known_model(const engine::Engine& engine, std::string name) {
  return ollama::known_name([&engine](std::string_view id) { return engine.knows(id); },
                            std::move(name));
}

Result<std::string> find_model(const engine::Engine& engine, const std::string& name) {
  std::string known = known_model(engine, name);
  if (engine.knows(known)) return known;
  auto meant = engine.model(known);
  constexpr std::string_view kLatest = ":latest";
  if (!meant && known.ends_with(kLatest)) {
    meant = engine.model(known.substr(0, known.size() - kLatest.size()));
  }
  if (!meant) return pcai::fail(ollama::not_found(name));
  return meant->id;
}

Task<void> get_ollama_tags(Exchange& exchange) {
  return reply_with_list(exchange, ollama::tags_body);
}

Task<void> get_ollama_ps(Exchange& exchange) {
  return reply_with_list(exchange, ollama::ps_body);
}

Task<void> get_ollama_version(Exchange& exchange) {
  co_await exchange.reply(json_response(ollama::version_body()));
}

Task<void> post_ollama_show(Exchange& exchange) {
  auto request = co_await parse_body(exchange, ollama::parse_show_request);
  if (!request) co_return co_await exchange.fail(request.error());
  ServerState& server = exchange.server();
  const auto name = find_model(server.engine, request->model);
  if (!name) co_return co_await exchange.fail(name.error());
  auto body = co_await elsewhere(server.keepers, [&]() -> Result<std::string> {
    auto status = server.engine.model(*name);
    const auto spec = server.engine.spec(*name);
    if (!status || !spec) return pcai::fail(ollama::not_found(request->model));
    return ollama::show_body(listed(server, *std::move(status)), **spec);
  });
  if (!body) co_return co_await exchange.fail(body.error());
  co_await exchange.reply(told(exchange, *std::move(body)));
}

Task<void> post_ollama_create(Exchange& exchange) {
  const auto keeper = keeper_for(exchange);
  if (!keeper) co_return co_await exchange.fail(keeper.error());
  auto request = co_await parse_body(exchange, ollama::parse_create_request);
  if (!request) co_return co_await exchange.fail(request.error());
  CreatedModel& model = request->model;
  if (!model.from.empty()) {
    auto from = find_model(exchange.engine(), model.from);
    if (!from) co_return co_await exchange.fail(from.error());
    model.from = exchange.engine().model(*from)->id;
  }
  auto notes = co_await elsewhere(exchange.server().keepers,
                                  [&] { return (*keeper)->create(std::move(model)); });
  if (!notes) co_return co_await exchange.fail(notes.error());
  exchange.warnings.add_all(*notes);
  co_await reply_created(exchange, request->stream, exchange.warnings.lines());
}

Task<void> post_ollama_copy(Exchange& exchange) {
  const auto keeper = keeper_for(exchange);
  if (!keeper) co_return co_await exchange.fail(keeper.error());
  auto request = co_await parse_body(exchange, ollama::parse_copy_request);
  if (!request) co_return co_await exchange.fail(request.error());
  const auto source = find_model(exchange.engine(), request->source);
  if (!source) co_return co_await exchange.fail(source.error());
  const std::string id = exchange.engine().model(*source)->id;
  auto copied = co_await elsewhere(exchange.server().keepers,
                                   [&] { return (*keeper)->copy(id, request->destination); });
  if (!copied) co_return co_await exchange.fail(copied.error());
  co_await reply_empty(exchange);
}

Task<void> delete_ollama_model(Exchange& exchange) {
  const auto keeper = keeper_for(exchange);
  if (!keeper) co_return co_await exchange.fail(keeper.error());
  auto request = co_await parse_body(exchange, ollama::parse_delete_request);
  if (!request) co_return co_await exchange.fail(request.error());
  // A name that is not whole is not enough to remove a file.
  const std::string name = known_model(exchange.engine(), request->model);
  if (!exchange.engine().knows(name)) {
    co_return co_await exchange.fail(ollama::not_found(request->model));
  }
  const std::string id = exchange.engine().model(name)->id;
  auto removed =
      co_await elsewhere(exchange.server().keepers, [&] { return (*keeper)->remove(id); });
  if (!removed) co_return co_await exchange.fail(removed.error());
  co_await reply_empty(exchange);
}

Task<void> get_ollama_blob(Exchange& exchange) {
  const auto keeper = keeper_for(exchange);
  if (!keeper) co_return co_await exchange.fail(keeper.error());
  const auto blob = ollama::blob_name(exchange.parameter, "digest");
  if (!blob) co_return co_await exchange.fail(blob.error());
  if ((*keeper)->has_blob(*blob)) co_return co_await reply_empty(exchange);
  co_await exchange.fail(ErrorCode::ModelNotFound, "blob '" + *blob + "' not found");
}

Task<void> post_ollama_blob(Exchange& exchange) {
  const auto keeper = keeper_for(exchange);
  if (!keeper) co_return co_await exchange.fail(keeper.error());
  const auto blob = ollama::blob_name(exchange.parameter, "digest");
  if (!blob) co_return co_await exchange.fail(blob.error());
  auto writer = (*keeper)->write_blob(*blob, exchange.request.content_length.value_or(0));
  if (!writer) co_return co_await exchange.fail(writer.error());
  std::string piece;
  for (;;) {
    const bool came = co_await exchange.read_piece(piece);
    if (!came) co_return;
    if (piece.empty()) break;
    auto written =
        co_await elsewhere(exchange.server().keepers, [&] { return (*writer)->write(piece); });
    if (!written) {
      writer->reset();  // nothing of it is left when the client knows
      co_return co_await exchange.fail(written.error());
    }
  }
  auto finished =
      co_await elsewhere(exchange.server().keepers, [&] { return (*writer)->finish(); });
  if (!finished) {
    writer->reset();
    co_return co_await exchange.fail(finished.error());
  }
  HttpResponse response{.status = 201, .content_type = ""};
  co_await exchange.reply(std::move(response));
}

}  // namespace pcai::http
