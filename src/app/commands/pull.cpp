#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/choice/known_models.h"
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
  std::optional<std::string> model = {};  // absent = show the short names
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

Result<hub::PulledModel> pull_online(const KnownModel& model) {
  const Result<hub::HubOptions> options = hub::hub_options_from_environment();
  if (!options) return fail(options.error());
  platform::Signals signals;
  PullDisplay display(model.name, [&signals] { return signals.pending(); });
  return pull_known(model, *options, display);
}

/// What a word names: a repository of the hub, or a short name. Fails with InvalidRequest, and
/// lists the short names.
Result<KnownModel> wanted_model(const std::string& word) {
  const Result<std::vector<KnownModel>> known = known_models();
  if (!known) return fail(known.error());
  if (const KnownModel* const model = find_known(*known, word)) return *model;
  const Result<hub::HubName> name = hub::parse_hub_name(word);
  if (name) return KnownModel{.name = name->text(), .model = name->text(), .sha256 = ""};
  if (word.find('/') != std::string::npos) return fail(name.error());
  std::string names;
  for (const KnownModel& model : *known) names += (names.empty() ? "" : ", ") + model.name;
  return fail(ErrorCode::InvalidRequest,
              "'" + word + "' is neither hf:OWNER/REPOSITORY nor a short name; known: " + names);
}

int show_known(bool as_json) {
  const Result<std::vector<KnownModel>> known = known_models();
  if (!known) {
    print_error(known.error().message);
    return exit_code(known.error().code);
  }
  TextTable table({{"NAME"}, {"MODEL"}});
  Json list = Json::array();
  for (const KnownModel& model : *known) {
    table.add_row({model.name, model.model});
    list.push_back({{"name", model.name}, {"model", model.model}, {"sha256", model.sha256}});
  }
  const std::string text =
      as_json ? list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n" : table.text();
  return write_out(text) ? kSuccess : kFailure;
}

int pull(const PullFlags& flags) {
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  if (!flags.model) return show_known(flags.json);
  const auto pulled = wanted_model(*flags.model).and_then([&](const KnownModel& model) {
    const bool is_offline = flags.offline || models::hugging_face_is_offline();
    return is_offline ? find_here(hub::parse_hub_name(model.model).value(), resolved->values)
                      : pull_online(model);
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
      "repositories; https_proxy and similar variables set proxies. Without MODEL it lists the\n"
      "short names that it knows; a file known_models.toml beside pcai.toml adds others.\n\n"
      "Examples:\n"
      "  pcai pull                                  show the short names\n"
      "  pcai pull qwen3:0.6b\n"
      "  pcai pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF\n"
      "  pcai pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q8_0\n"
      "  HF_ENDPOINT=https://hub.example.org pcai pull hf:team/model",
      [flags] { return pull(*flags); });
  command
      .add_option("MODEL", flags->model,
                  "A short name, or hf:OWNER/REPOSITORY, optionally with @REVISION, and a colon "
                  "and a quantization or file")
      ->type_name("NAME");
  command.add_flag("--json", flags->json, "Print JSON");
  command.add_flag("--offline", flags->offline,
                   "Download nothing; only check whether it is on this machine");
  flags->settings = std::make_unique<SettingFlags>(command, kPull);
}

}  // namespace pcai::app
