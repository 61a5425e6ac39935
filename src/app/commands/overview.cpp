#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/choice/default_model.h"
#include "app/choice/model_choice.h"
#include "app/choice/placement.h"
#include "app/choice/usual_model.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/remote/server_client.h"
#include "app/settings/load_settings.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "app/version.h"

namespace pcai::app {
namespace {

constexpr std::size_t kMostModels = 10;

std::string models_text(const std::vector<models::FoundModel>& models, const Settings& settings) {
  if (models.empty()) return "There is no model on this machine yet.\n";
  const std::vector<fit::Device> devices = usable_devices();
  using Align = TextTable::Align;
  TextTable table({{"MODEL"}, {"SIZE", Align::Right}, {"FITS"}, {"SOURCE"}});
  for (std::size_t i = 0; i < std::min(models.size(), kMostModels); ++i) {
    const auto plan = model_spec(models[i], settings).and_then([&](const ModelSpec& spec) {
      return place_model(spec, devices);
    });
    table.add_row({models[i].id, human_size(models[i].size_bytes),
                   plan ? (plan->fits() ? "yes" : "no") : "", models[i].source});
  }
  std::string text = table.text();
  if (models.size() > kMostModels) {
    text += fmt::format("and {} more: `pcai models` shows them\n", models.size() - kMostModels);
  }
  return text;
}

std::string server_text(const Settings& settings) {
  const Result<ServerClient> server = ServerClient::of(settings);
  const bool runs = server && settings.port != 0 && server->is_ours();
  return runs ? "A server runs at " + server->url() + ".\n"
              : std::string("No server runs; `pcai serve` starts one.\n");
}

/// The one command to go on with, and what it does.
std::string next_text(const std::vector<models::FoundModel>& models) {
  std::string command = "pcai run";
  std::string what;
  if (models.empty()) {
    what = "get " + std::string(kDefaultModel.title) + " (" + human_size(kDefaultModel.bytes) +
           ") and chat with it";
  } else if (const UsualModel usual = usual_model(models); usual.model != nullptr) {
    what = "chat with " + terminal_safe(usual.model->id);
  } else {
    what = "choose a model and chat with it";
  }
  return styled(command, Style::Bold, stdout) + "    " + what + "\n";
}

}  // namespace

int show_overview() {
  std::vector<std::string> warnings;
  const Result<ResolvedSettings> resolved =
      load_settings(kRun, {}, process_environment(), warnings);
  for (const std::string& warning : warnings) print_warning(warning);
  if (!resolved) {
    print_error(resolved.error().message);
    return kUsage;
  }
  const Settings& settings = resolved->values;
  const std::vector<models::FoundModel> models = writing_models(settings);
  const std::string text = fmt::format(
      "pcai {} runs language models on this machine.\n\n{}\n{}\nNext:  {}\n"
      "`pcai --help` shows all commands.\n",
      kVersion, models_text(models, settings), server_text(settings), next_text(models));
  return write_out(text) ? kSuccess : kFailure;
}

}  // namespace pcai::app
