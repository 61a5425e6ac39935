#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/choice/model_choice.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/pull_display.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "models/safetensors/safetensors_folder.h"
#include "models/split_name.h"
#include "models/stores/hugging_face_places.h"
#include "platform/path_text.h"
#include "platform/signals.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;

struct PullFlags {
  std::unique_ptr<SettingFlags> settings;
  std::string model;
  bool json = false;
  bool offline = false;
};

Result<hub::PulledModel> find_here(const hub::HubName& name, const Settings& settings) {
  const Result<models::FoundModel> found = find_model(settings, name.text());
  if (!found) {
    if (found.error().code != ErrorCode::ModelNotFound) return fail(found.error());
    return fail(ErrorCode::ModelNotFound,
                name.text() +
                    " is not on this machine, and may not be downloaded: --offline or "
                    "HF_HUB_OFFLINE is set");
  }
  const auto summary = models::describe_model(found->path);
  if (!summary) return fail(summary.error());
  return hub::PulledModel{summary->parts, found->size_bytes, true};
}

Result<hub::PulledModel> pull_online(const hub::HubName& name) {
  const Result<hub::HubOptions> options = hub::hub_options_from_environment();
  if (!options) return fail(options.error());
  platform::Signals signals;
  PullDisplay display(name.text(), [&signals] { return signals.pending(); });
  return hub::pull_model(name, *options, display);
}

int pull(const PullFlags& flags) {
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  const Result<hub::HubName> name = hub::parse_hub_name(flags.model);
  const auto pulled = name.and_then([&](const hub::HubName& parsed) {
    return flags.offline || models::hugging_face_is_offline() ? find_here(parsed, resolved->values)
                                                              : pull_online(parsed);
  });
  if (!pulled) {
    print_error(pulled.error().message);
    return exit_code(pulled.error().code);
  }
  const std::filesystem::path& first = pulled->files.front();
  if (!flags.json) {
    return write_out(fmt::format("{}: {} ({})\n", pulled->was_here ? "here already" : "pulled",
                                 terminal_safe(platform::path_text(first)),
                                 human_size(pulled->bytes)))
               ? kSuccess
               : kFailure;
  }
  Json files = Json::array();
  for (const auto& file : pulled->files) files.push_back(platform::path_text(file));
  const Json object = {{"id", models::model_stem(first)},
                       {"files", std::move(files)},
                       {"size_bytes", pulled->bytes},
                       {"was_here", pulled->was_here}};
  return write_out(object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n") ? kSuccess
                                                                                      : kFailure;
}

}  // namespace

void add_pull(CommandLine& line) {
  const auto flags = std::make_shared<PullFlags>();
  CLI::App& command = line.add(
      "pull", "Download a model from Hugging Face or a mirror of it",
      "The model goes into pcai's own folder. The same command resumes a download that broke\n"
      "or was stopped by Ctrl+C. HF_ENDPOINT names a mirror, HF_TOKEN a token for private\n"
      "repositories; https_proxy and similar variables set proxies.\n\n"
      "Examples:\n"
      "  pcai pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF\n"
      "  pcai pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q8_0\n"
      "  HF_ENDPOINT=https://hub.example.org pcai pull hf:team/model",
      [flags] { return pull(*flags); });
  command
      .add_option("MODEL", flags->model,
                  "hf:OWNER/REPOSITORY, optionally with @REVISION, and a colon and a quantization "
                  "or file")
      ->required()
      ->type_name("NAME");
  command.add_flag("--json", flags->json, "Print JSON");
  command.add_flag("--offline", flags->offline,
                   "Download nothing; only check whether it is on this machine");
  flags->settings = std::make_unique<SettingFlags>(command, kPull);
}

}  // namespace pcai::app
