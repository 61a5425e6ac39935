#include <nlohmann/json.hpp>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;

std::string source_of(const ResolvedSettings& resolved, const Setting& setting) {
  const auto found = resolved.sources.find(setting.name);
  return found == resolved.sources.end() ? "default" : found->second;
}

std::string joined_texts(const GivenValue& given) {
  return joined({given.texts.begin(), given.texts.end()}, ",");
}

std::string config_text(const ResolvedSettings& resolved) {
  TextTable table({{"SETTING"}, {"VALUE"}, {"FROM"}});
  for (const Setting& setting : settings_table()) {
    table.add_row({std::string(setting.name), value_text(resolved.values, setting),
                   source_of(resolved, setting)});
  }
  std::string text = table.text();
  if (resolved.values.sections.empty()) return text;
  TextTable models({{"MODEL"}, {"SETTING"}, {"VALUE"}, {"FROM"}});
  for (const ModelSection& section : resolved.values.sections) {
    if (section.given.empty() && section.default_sources.empty()) {
      models.add_row({section.id, "", "", ""});
    }
    for (const GivenValue& given : section.given) {
      models.add_row(
          {section.id, std::string(given.setting->name), joined_texts(given), given.source});
    }
    for (const auto& [name, source] : section.default_sources) {
      models.add_row({section.id, "defaults." + name,
                      terminal_safe(default_text(section.defaults, name)), source});
    }
  }
  return text + "\n" + models.text();
}

std::string config_json(const ResolvedSettings& resolved) {
  Json values = Json::array();
  for (const Setting& setting : settings_table()) {
    Json value = value_text(resolved.values, setting);
    if (const auto* number = std::get_if<std::int64_t Settings::*>(&setting.field)) {
      value = resolved.values.*(*number);
    } else if (is_list(setting)) {
      value = resolved.values.*std::get<std::vector<std::string> Settings::*>(setting.field);
    }
    values.push_back({{"name", setting.name},
                      {"value", std::move(value)},
                      {"source", source_of(resolved, setting)}});
  }
  for (const ModelSection& section : resolved.values.sections) {
    for (const GivenValue& given : section.given) {
      values.push_back({{"model", section.id},
                        {"name", given.setting->name},
                        {"value", joined_texts(given)},
                        {"source", given.source}});
    }
    for (const auto& [name, source] : section.default_sources) {
      values.push_back({{"model", section.id},
                        {"name", "defaults." + name},
                        {"value", default_text(section.defaults, name)},
                        {"source", source}});
    }
  }
  return values.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

void add_config(CommandLine& line) {
  struct Flags {
    std::unique_ptr<SettingFlags> settings;
    bool json = false;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = line.add("config", "Show each setting that `serve` would use, and its source",
                               "Examples:\n"
                               "  pcai config\n"
                               "  PCAI_PORT=9000 pcai config --host 127.0.0.1",
                               [flags]() -> int {
                                 const Result<ResolvedSettings> resolved = flags->settings->load();
                                 if (!resolved) return kUsage;
                                 const std::string text =
                                     flags->json ? config_json(*resolved) : config_text(*resolved);
                                 return write_out(text) ? kSuccess : kFailure;
                               });
  flags->settings = std::make_unique<SettingFlags>(command, kConfig);
  command.add_flag("--json", flags->json, "Print JSON");
}

}  // namespace pcai::app
