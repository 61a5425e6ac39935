#include <nlohmann/json.hpp>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/remote/server_client.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"

namespace pcai::app {
namespace {

struct StopFlags {
  std::unique_ptr<SettingFlags> settings;
  std::string model;
  bool json = false;
};

int stop(const StopFlags& flags) {
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  const Result<std::string> gone =
      ServerClient::of(resolved->values).and_then([&](const ServerClient& server) {
        return server.unload(flags.model);
      });
  if (!gone) {
    print_error(gone.error().message);
    return exit_code(gone.error().code);
  }
  const nlohmann::json object = {{"unloaded", *gone}};
  const std::string text =
      flags.json ? object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
                 : "unloaded " + terminal_safe(*gone);
  return write_out(text + "\n") ? kSuccess : kFailure;
}

}  // namespace

void add_stop(CommandLine& line) {
  const auto flags = std::make_shared<StopFlags>();
  CLI::App& command = line.add(
      "stop", "Unload a model from a running server",
      "Requests that run are answered first. The next request for the model loads it again.\n"
      "The server must let clients manage models: it has an API key, or --manage-models on.\n"
      "To end the server itself, press Ctrl+C where it runs.\n\n"
      "Examples:\n"
      "  pcai stop smollm2\n"
      "  pcai stop smollm2 --port 9000",
      [flags] { return stop(*flags); });
  command.add_option("MODEL", flags->model, "A name that `pcai ps` shows, or its beginning")
      ->required()
      ->type_name("MODEL");
  command.add_flag("--json", flags->json, "Print JSON");
  flags->settings = std::make_unique<SettingFlags>(command, kPs);
}

}  // namespace pcai::app
