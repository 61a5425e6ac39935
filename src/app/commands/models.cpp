#include <map>
#include <nlohmann/json.hpp>

#include "app/choice/default_model.h"
#include "app/choice/model_choice.h"
#include "app/choice/placement.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;

struct ModelsFlags {
  std::unique_ptr<SettingFlags> settings;
  bool json = false;
  bool quiet = false;
};

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

/// A model and how it would be loaded here; for parts and damaged ones there is no plan.
struct ListedModel {
  models::FoundModel found;
  std::optional<fit::MemoryPlan> plan = {};
};

std::vector<ListedModel> placed(std::vector<models::FoundModel> models, const Settings& settings) {
  const std::vector<fit::Device> devices = usable_devices();
  std::vector<ListedModel> listed;
  std::map<std::array<std::uint64_t, 4>, std::optional<fit::MemoryPlan>> known;  // by identity
  for (models::FoundModel& model : models) {
    const bool stands_alone = models::is_complete(model.kind);
    ListedModel& entry = listed.emplace_back(ListedModel{std::move(model)});
    if (entry.found.error || !stands_alone) continue;
    // A store may load the same file in other ways.
    const bool is_plain =
        !entry.found.context && !entry.found.projector && entry.found.adapters.empty();
    const auto identity = is_plain ? entry.found.identity : std::nullopt;
    if (const auto same = identity ? known.find(*identity) : known.end(); same != known.end()) {
      entry.plan = same->second;
      continue;
    }
    const Result<fit::MemoryPlan> plan =
        model_spec(entry.found, settings).and_then([&](const ModelSpec& spec) {
          return place_model(spec, devices);
        });
    if (plan) entry.plan = *plan;
    if (identity) known.emplace(*identity, entry.plan);
  }
  return listed;
}

std::string models_json(const std::vector<ListedModel>& models) {
  Json list = Json::array();
  for (const auto& [model, plan] : models) {
    Json entry = {
        {"id", model.id},
        {"full_id", model.full_id},
        {"path", platform::path_text(model.path)},
        {"source", model.source},
        {"size_bytes", model.size_bytes},
        {"kind", to_string(model.kind)},
        {"architecture", text_or_null(model.architecture)},
        {"quantization", text_or_null(model.quantization)},
        {"context_length", model.context_length == 0 ? Json() : Json(model.context_length)}};
    entry["memory_bytes"] = plan ? Json(plan->bytes()) : Json();
    entry["fits"] = plan ? Json(plan->fits()) : Json();
    if (plan && !plan->fits()) entry["why_not"] = plan->why_not;
    if (!model.notes.empty()) entry["notes"] = model.notes;
    if (model.error) entry["error"] = model.error->message;
    list.push_back(std::move(entry));
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string models_text(const std::vector<ListedModel>& models) {
  using Align = TextTable::Align;
  TextTable table({{"ID"},
                   {"SIZE", Align::Right},
                   {"QUANTIZATION"},
                   {"ARCHITECTURE"},
                   {"CONTEXT", Align::Right},
                   {"MEMORY", Align::Right},
                   {"FITS"},
                   {"SOURCE"},
                   {""}});
  for (const auto& [model, plan] : models) {
    std::string remark = model.error ? "not usable: " + model.error->message : "";
    if (!model.error && model.kind != models::GgufKind::Model) remark = to_string(model.kind);
    if (plan && !plan->fits()) remark += (remark.empty() ? "" : "; ") + plan->why_not;
    table.add_row({model.id, human_size(model.size_bytes), model.quantization, model.architecture,
                   model.context_length == 0 ? "" : std::to_string(model.context_length),
                   plan ? human_size(plan->bytes()) : "", plan ? (plan->fits() ? "yes" : "no") : "",
                   model.source, remark});
  }
  return table.text();
}

std::string models_ids(const std::vector<models::FoundModel>& models) {
  std::string text;
  for (const models::FoundModel& model : models) {
    if (!model.error && model.kind == models::GgufKind::Model)
      text += terminal_safe(model.id) + "\n";
  }
  return text;
}

int models(const ModelsFlags& flags) {
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  std::vector<models::FoundModel> found = models::find_models(model_folders(resolved->values));
  if (flags.quiet) return write_out(models_ids(found)) ? kSuccess : kFailure;
  if (found.empty() && !flags.json) {
    print_error("no models on this machine; get the default one with " + default_model_command() +
                ", or another one by its name");
    return kSuccess;
  }
  const std::vector<ListedModel> listed = placed(std::move(found), resolved->values);
  return write_out(flags.json ? models_json(listed) : models_text(listed)) ? kSuccess : kFailure;
}

}  // namespace

void add_models(CommandLine& line) {
  const auto flags = std::make_shared<ModelsFlags>();
  CLI::App& command = line.add(
      "models", "Show the models on this machine",
      "Searches pcai's own folder, the folders of --models-dir, and the stores of Ollama,\n"
      "LM Studio, Hugging Face, llama.cpp, GPT4All and Jan, without changing them.\n"
      "FITS says whether the model fits into the memory that is free now.\n\n"
      "Examples:\n"
      "  pcai models\n"
      "  pcai models --models-dir /data/gguf --json",
      [flags] { return models(*flags); });
  CLI::Option* const json = command.add_flag("--json", flags->json, "Print JSON");
  command.add_flag("-q,--quiet", flags->quiet, "Print only the ids of the models that can be run")
      ->excludes(json);
  flags->settings = std::make_unique<SettingFlags>(command, kModels);
}

}  // namespace pcai::app
