#include <fmt/core.h>

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/remote/server_client.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"

namespace pcai::app {
namespace {

using Json = nlohmann::json;

struct PsFlags {
  std::unique_ptr<SettingFlags> settings;
  bool all = false;
  bool json = false;
};

bool is_here(const Json& model) {
  return model.is_object() && model.value("state", "") != "unloaded";
}

std::string leaves(const Json& model) {
  if (model.value("pinned", false)) return "never (pinned)";
  const std::int64_t at = model.value("unloads_at", std::int64_t{0});
  if (at == 0) return "";
  return fmt::format("in {} s", std::max<std::int64_t>(0, at - std::time(nullptr)));
}

std::string ps_text(const Json& models) {
  using Align = TextTable::Align;
  TextTable table({{"MODEL"},
                   {"STATE"},
                   {"MEMORY", Align::Right},
                   {"REQUESTS", Align::Right},
                   {"LOADS", Align::Right},
                   {"LEAVES"},
                   {""}});
  for (const Json& model : models) {
    std::string state = model.value("state", "");
    if (state == "loading") {
      state += fmt::format(" {} %", std::lround(model.value("load_progress", 0.0) * 100));
    }
    const std::uint64_t memory = model.value("memory_bytes", std::uint64_t{0});
    table.add_row({model.value("id", ""), std::move(state), memory > 0 ? human_size(memory) : "",
                   std::to_string(model.value("requests", 0)),
                   std::to_string(model.value("loads", 0)), leaves(model),
                   model.value("error", "")});
  }
  return table.text();
}

int ps(const PsFlags& flags) {
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  Result<Json> models = ServerClient::of(resolved->values).and_then([](const ServerClient& server) {
    return server.models();
  });
  if (!models) {
    print_error(models.error().message);
    return exit_code(models.error().code);
  }
  Json shown = Json::array();
  for (Json& model : *models) {
    if (flags.all || is_here(model)) shown.push_back(std::move(model));
  }
  if (flags.json) {
    const std::string text = shown.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    return write_out(text) ? kSuccess : kFailure;
  }
  if (shown.empty()) {
    print_error("the server has no model in memory; `pcai ps --all` shows what it offers");
    return kSuccess;
  }
  return write_out(ps_text(shown)) ? kSuccess : kFailure;
}

}  // namespace

void add_ps(CommandLine& line) {
  const auto flags = std::make_shared<PsFlags>();
  CLI::App& command = line.add("ps", "Show the models that a running server has loaded",
                               "Asks the server that --host and --port (or pcai.toml) describe.\n\n"
                               "Examples:\n"
                               "  pcai ps\n"
                               "  pcai ps --all --json\n"
                               "  pcai ps --port 9000 --api-key-file ~/.config/pcai/keys",
                               [flags] { return ps(*flags); });
  command.add_flag("--all,-a", flags->all, "Also show the models that are not loaded");
  command.add_flag("--json", flags->json, "Print JSON in the format of GET /v1/models");
  flags->settings = std::make_unique<SettingFlags>(command, kPs);
}

}  // namespace pcai::app
