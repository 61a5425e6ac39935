#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

#include "app/choice/usual_model.h"
#include "app/commands/commands.h"
#include "app/engine_setup.h"
#include "app/exit_code.h"
#include "app/keeper/own_models.h"
#include "app/logging.h"
#include "app/settings/command_line.h"
#include "app/settings/load_settings.h"
#include "app/terminal/client_hints.h"
#include "app/terminal/model_question.h"
#include "app/terminal/terminal.h"
#include "core/mutex.h"
#include "core/start_thread.h"
#include "http/connection/server.h"
#include "hub/pull.h"
#include "models/split_name.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// For answers that are complete, or were just cancelled, to reach their clients.
constexpr milliseconds kLastWrites{1000};

int refuse(const Error& error) {
  if (!error.message.empty()) print_error(error.message);
  return exit_code(error.code);
}

http::ManageModels manage_models(const std::string& said) {
  if (said == "on") return http::ManageModels::Always;
  return said == "off" ? http::ManageModels::Never : http::ManageModels::WithKeys;
}

http::HttpOptions http_options(const Settings& settings, std::vector<std::string> keys) {
  return {.host = settings.host,
          .port = static_cast<std::uint16_t>(settings.port),
          .api_keys = std::move(keys),
          .cors_origins = settings.cors_origin,
          .desktop_origins = settings.desktop_origins == "on",
          .allowed_hosts = settings.allowed_host,
          .media_hosts = settings.media_hosts,
          .reasoning_field = settings.reasoning_field,
          .refuses_unknown_fields = settings.unknown_fields == "refuse",
          .manage_models = manage_models(settings.manage_models)};
}

std::string url(const std::string& host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string::npos && host.front() != '[';
  return fmt::format("http://{}:{}", is_ipv6 ? "[" + host + "]" : host, port);
}

std::string ready_line(const LoadOutcome& loaded, std::int64_t threads) {
  return fmt::format("ready: {} (backend {}, context {}, threads {}, loaded in {:.2f} s)\n",
                     terminal_safe(loaded.info.id), loaded.info.backend, loaded.info.context_length,
                     threads == 0 ? "auto" : std::to_string(threads), loaded.seconds);
}

/// Runs the server's loop in a thread of its own, and ends it.
class ServerThread {
 public:
  explicit ServerThread(http::HttpServer& server)
      : server_(server), thread_(start_thread([&server] { server.run(); })) {}

  ~ServerThread() { stop(milliseconds(0)); }

  ServerThread(const ServerThread&) = delete;
  ServerThread& operator=(const ServerThread&) = delete;

  void stop(milliseconds grace) {
    if (!thread_.joinable()) return;
    server_.stop(grace);
    thread_.join();
  }

 private:
  http::HttpServer& server_;
  std::thread thread_;
};

/// Gives settings that name no model the one of the start, as long as it is there.
void keep_model(Settings& settings, const std::vector<std::string>& at_start) {
  if (!names_a_model(settings) && !at_start.empty() && find_model(settings, at_start.front())) {
    settings.model = at_start;
  }
}

/// Loads the models of the start, the default one first, as far as the memory limit allows. The
/// exit code when one cannot be loaded or a signal came.
std::optional<int> load_all(const PreparedEngine& prepared, const Settings& settings,
                            platform::Signals& signals) {
  engine::Engine& engine = *prepared.engine;
  std::uint64_t used = 0;
  for (const std::string& id : prepared.at_start) {
    const Result<ModelStatus> status = engine.model(id);
    if (!status) return refuse(status.error());
    const bool has_room = prepared.memory_limit == 0 || used == 0 ||
                          status->memory_bytes <= prepared.memory_limit - used;
    if (!has_room && !status->pinned) {
      spdlog::warn(
          "model={} is loaded on its first request: there is no room for it beside the others", id);
      continue;
    }
    const Result<LoadOutcome> loaded = load_model(engine, id, signals);
    if (signals.pending()) return kSuccess;
    if (!loaded) return refuse(loaded.error());
    used = std::min(prepared.memory_limit, used + loaded->info.memory_bytes);
    write_out(ready_line(*loaded, settings.threads));
  }
  return {};
}

/// Reads the settings again and offers the models that they now name. What else has changed takes a
/// new start. Whatever is wrong is logged and returned, and all stays as it was.
Status reload(const SettingFlags& flags, const Settings& at_start, OfferedModels& offered,
              Mutex& one_at_a_time) {
  const auto failed = [](const char* what, const Error& error) {
    spdlog::error("{}: {}", what, error.message);
    return fail(error);
  };
  const MutexLock lock(one_at_a_time);
  Result<ResolvedSettings> resolved = flags.load();
  if (!resolved) return failed("not reloaded", resolved.error());
  keep_model(resolved->values, at_start.model);
  Result<std::vector<ChosenModel>> models = choose_models(resolved->values);
  if (!models) return failed("not reloaded", models.error());
  const Result<OfferChange> change = offered.offer(std::move(*models));
  if (!change) return failed("reloaded in part", change.error());
  spdlog::info("reloaded: {} models added, {} removed, {} changed", change->added.size(),
               change->removed.size(), change->changed.size());
  return {};
}

/// Whether the settings name the model, by itself or as the default one.
bool is_named(const SettingFlags& flags, const Settings& at_start, const std::string& id) {
  Result<ResolvedSettings> resolved = flags.load();
  if (!resolved) return true;
  keep_model(resolved->values, at_start.model);
  resolved->values.discover = "off";
  const Result<std::vector<ChosenModel>> named = choose_models(resolved->values);
  return !named || std::ranges::any_of(
                       *named, [&id](const ChosenModel& model) { return model.spec.id == id; });
}

class RequestedPull final : public hub::PullProgress {
 public:
  explicit RequestedPull(const http::PullProgressFunction& progress) : progress_(progress) {}

  bool on_bytes(std::uint64_t done, std::uint64_t total) noexcept override {
    step_.done = done;
    step_.total = total;
    return progress_(step_);
  }
  void on_digest(std::string_view digest) noexcept override { step_.digest = digest; }
  void on_note(std::string_view text) noexcept override { spdlog::info("pull: {}", text); }

 private:
  const http::PullProgressFunction& progress_;
  http::PullStep step_;
};

/// Pulls a model for a client, and returns the id under which it is offered from now on.
Result<std::string> pull_for(const std::string& name, const http::PullProgressFunction& progress,
                             engine::Engine& engine, const models::ModelFolders& folders,
                             const std::function<Status()>& offer_again) {
  const Result<hub::HubName> parsed = hub::parse_hub_name(name);
  if (!parsed) return fail(parsed.error().code, parsed.error().message, "model");
  const Result<hub::HubOptions> options = hub::hub_options_from_environment();
  if (!options) return fail(options.error());
  RequestedPull watched(progress);
  const Result<hub::PulledModel> pulled = hub::pull_model(*parsed, *options, watched);
  if (!pulled) return fail(pulled.error());
  static_cast<void>(offer_again());  // it logs what is wrong
  const Result<models::FoundModel> found = models::resolve_model(folders, parsed->text());
  if (!found) return fail(found.error());
  const std::string& id = found->id;
  if (Result<ModelStatus> offered = engine.model(id); !offered) {
    return fail(ErrorCode::ModelNotFound,
                "pulled to " + platform::path_text(pulled->files.front()) +
                    ", but this server offers only the models that its settings name (discover)");
  }
  return id;
}

/// Lets live requests end within the grace time. Meanwhile the server still answers: new requests
/// and /ready with 503.
void drain(engine::Engine& engine, ServerThread& server, std::chrono::seconds grace) {
  const auto deadline = Clock::now() + grace;
  engine.drain();
  const engine::EngineStats stats = engine.stats();
  if (stats.queued + stats.running > 0) {
    spdlog::info(
        "draining: {} requests may run for {} s more; another signal ends the program immediately",
        stats.queued + stats.running, grace.count());
  }
  if (engine.wait_idle(grace)) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    server.stop(std::max(left, kLastWrites));
  } else {
    spdlog::warn("the grace time is over: ending {} requests", engine.stats().running);
    engine.cancel_all();
    server.stop(kLastWrites);
  }
}

int serve(const SettingFlags& flags) {
  Result<ResolvedSettings> resolved = flags.load();
  if (!resolved) return kUsage;
  Settings& settings = resolved->values;
  Result<std::vector<std::string>> keys = load_api_keys(settings);
  if (!keys) return refuse(keys.error());

  start_logging(settings);
  if (Status settled = settle_model(settings); !settled) return refuse(settled.error());
  platform::ignore_hangup_and_pipe();
  platform::Signals signals;
  const auto prepared = make_engine(settings);
  if (!prepared) return refuse(prepared.error());
  engine::Engine& engine = *prepared->engine;
  const bool needs_key = !keys->empty();
  http::HttpOptions options = http_options(settings, std::move(*keys));
  Mutex one_at_a_time;
  const auto offer_again = [&] {
    return reload(flags, settings, *prepared->offered, one_at_a_time);
  };
  options.keeper = std::make_shared<OwnModels>(
      engine, offer_again, [&](const std::string& id) { return is_named(flags, settings, id); });
  options.pull_model = [&](const std::string& name, const http::PullProgressFunction& progress) {
    return pull_for(name, progress, engine, model_folders(settings), offer_again);
  };
  const auto server = http::HttpServer::listen(engine, std::move(options));
  if (!server) {
    const int code = refuse(server.error());
    return server.error().field == "port" ? kFailure : code;  // another program has it
  }
  ServerThread thread(**server);
  write_out(fmt::format("listening on {} ({})\n", url(settings.host, (*server)->port()),
                        needs_key ? "clients need an API key" : "no API key needed"));

  signals.accept_reload();  // before the lines that say that a model is ready
  if (const std::optional<int> code = load_all(*prepared, settings, signals)) return *code;
  remember_used(settings);
  if (!prepared->at_start.empty()) {
    write_out(
        client_hints(url(settings.host, (*server)->port()), prepared->at_start.front(), needs_key));
  }
  while (signals.take() == platform::Signals::kReload) static_cast<void>(offer_again());
  signals.end_at_next();
  drain(engine, thread, std::chrono::seconds(settings.grace));
  return kSuccess;
}

}  // namespace

void add_serve(CommandLine& line) {
  const auto flags = std::make_shared<std::unique_ptr<SettingFlags>>();
  CLI::App& command = line.add(
      "serve", "Serve models to OpenAI clients over HTTP",
      "Each flag can also be set as PCAI_<NAME> in the environment or in pcai.toml.\n\n"
      "Examples:\n"
      "  pcai serve\n"
      "  pcai serve --model smollm2-135m --port 9000\n"
      "  pcai serve --host 0.0.0.0 --api-key-file ~/.config/pcai/keys --allowed-host box.lan\n"
      "  curl http://127.0.0.1:8080/v1/chat/completions -H 'Content-Type: application/json' \\\n"
      "    -d '{\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'",
      [flags] { return serve(**flags); });
  *flags = std::make_unique<SettingFlags>(command, kServe);
}

}  // namespace pcai::app
