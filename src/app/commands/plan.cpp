#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/choice/model_choice.h"
#include "app/choice/placement.h"
#include "app/choice/usual_model.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;

struct PlanFlags {
  std::unique_ptr<SettingFlags> settings;
  std::string model;
  bool json = false;
};

std::string plan_json(const ModelSpec& model, const fit::MemoryPlan& plan) {
  Json devices = Json::array();
  for (const fit::DeviceShare& share : plan.shares) {
    devices.push_back({{"name", share.device.name},
                       {"kind", to_string(share.device.kind)},
                       {"index", share.device.index},
                       {"layers", share.layers},
                       {"has_output", share.has_output},
                       {"weights_bytes", share.weights},
                       {"panels_bytes", share.panels},
                       {"context_bytes", share.context},
                       {"compute_bytes", share.compute},
                       {"bytes", share.bytes()},
                       {"margin_bytes", share.margin},
                       {"memory_total_bytes", share.device.memory_total},
                       {"memory_free_bytes", share.device.memory_free}});
  }
  const Json object = {{"id", model.id},
                       {"path", platform::path_text(model.config.model_path)},
                       {"fits", plan.fits()},
                       {"why_not", plan.fits() ? Json() : Json(plan.why_not)},
                       {"context", plan.context},
                       {"wanted_context", plan.wanted_context},
                       {"max_sequences", plan.sequences},
                       {"gpu_layers", plan.gpu_layers},
                       {"bytes", plan.bytes()},
                       {"devices", std::move(devices)},
                       {"notes", plan.notes}};
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string plan_text(const ModelSpec& model, const fit::MemoryPlan& plan) {
  using Align = TextTable::Align;
  const std::string answer = plan.fits() ? styled("fits", Style::Green, stdout)
                                         : styled("does not fit", Style::Red, stdout);
  std::string text = fmt::format(
      "{}: {}, {} of memory with a context of {} tokens for {} requests together\n\n",
      terminal_safe(model.id), answer, human_size(plan.bytes()), plan.context, plan.sequences);
  TextTable table({{"DEVICE"},
                   {"LAYERS", Align::Right},
                   {"WEIGHTS", Align::Right},
                   {"PANELS", Align::Right},
                   {"CONTEXT", Align::Right},
                   {"BUFFERS", Align::Right},
                   {"TOTAL", Align::Right},
                   {"MARGIN", Align::Right},
                   {"FREE", Align::Right}});
  for (const fit::DeviceShare& share : plan.shares) {
    table.add_row({share.device.name,
                   std::to_string(share.layers) + (share.has_output ? " + output" : ""),
                   human_size(share.weights), human_size(share.panels), human_size(share.context),
                   human_size(share.compute), human_size(share.bytes()), human_size(share.margin),
                   human_size(share.device.memory_free)});
  }
  text += table.text();
  if (!plan.fits()) text += "\nwhy not: " + terminal_safe(plan.why_not) + "\n";
  for (const std::string& note : plan.notes) text += "\nnote: " + terminal_safe(note) + "\n";
  return text;
}

int plan(const PlanFlags& flags) {
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  const Result<ModelSpec> model =
      name_or_usual(resolved->values, flags.model).and_then([&](const std::string& name) {
        return choose_model(resolved->values, name);
      });
  const Result<fit::MemoryPlan> plan =
      model.and_then([&](const ModelSpec& spec) { return place_model(spec, usable_devices()); });
  if (!plan) {
    print_error(plan.error().message);
    return exit_code(plan.error().code);
  }
  if (!write_out(flags.json ? plan_json(*model, *plan) : plan_text(*model, *plan))) return kFailure;
  return plan->fits() ? kSuccess : kFailure;
}

}  // namespace

void add_plan(CommandLine& line) {
  const auto flags = std::make_shared<PlanFlags>();
  CLI::App& command = line.add(
      "plan", "Show how much memory a model would take on which device, without loading it",
      "Computed from the file's header. Exits with 1 if the model does not fit.\n\n"
      "Examples:\n"
      "  pcai plan SmolLM2-135M-Instruct.Q4_1\n"
      "  pcai plan ./model.gguf --context 32768 --max-sequences 4 --json",
      [flags] { return plan(*flags); });
  command
      .add_option("MODEL", flags->model, "An id that `pcai models` shows, or the path of a file")
      ->type_name("MODEL");
  command.add_flag("--json", flags->json, "Print JSON");
  flags->settings = std::make_unique<SettingFlags>(command, kPlan);
}

}  // namespace pcai::app
