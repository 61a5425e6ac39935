#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/backends.h"
#include "app/commands/commands.h"
#include "app/cpu.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"
#include "app/version.h"
#include "platform/processors.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;

Json version_json() {
  const backend::BackendRegistry& registry = all_backends();
  Json backends = Json::array();
  for (const backend::BackendEntry& entry : registry.entries()) {
    backends.push_back({{"name", entry.name},
                        {"built", entry.built},
                        {"usable", static_cast<bool>(entry.create)},
                        {"why_not", entry.why_not},
                        {"version", entry.descriptor.version},
                        {"formats", entry.descriptor.formats},
                        {"kernels", entry.kernels ? Json(entry.kernels()) : Json()}});
  }
  Json features = Json::object();
  for (const CpuFeature& feature : cpu_features()) {
    features[std::string(feature.name)] = feature.usable;
  }
  return {{"pcai", kVersion},
          {"compiler", kCompiler},
          {"backends", std::move(backends)},
          {"cpu", {{"cores", platform::usable_processors()}, {"features", std::move(features)}}}};
}

std::string version_text() {
  const backend::BackendRegistry& registry = all_backends();
  std::string text = fmt::format("pcai {}\nbuilt by {}\n\nbackends\n", kVersion, kCompiler);
  for (const backend::BackendEntry& entry : registry.entries()) {
    std::string formats;
    for (const std::string& format : entry.descriptor.formats) formats += " " + format;
    const std::string state = entry.create ? styled("usable", Style::Green, stdout) + formats
                                           : "not usable: " + entry.why_not;
    const std::string version =
        entry.descriptor.version.empty() ? "" : "  (" + entry.descriptor.version + ")";
    text += fmt::format("  {:<10} {}{}\n", entry.name, state, version);
    if (entry.kernels) text += fmt::format("  {:<10} kernels {}\n", "", entry.kernels());
  }
  text += fmt::format("\nprocessor\n  {} cores;", platform::usable_processors());
  for (const CpuFeature& feature : cpu_features()) {
    if (feature.usable) text += fmt::format(" {}", feature.name);
  }
  return text + "\n";
}

}  // namespace

void add_version(CommandLine& line) {
  const auto json = std::make_shared<bool>(false);
  CLI::App& command =
      line.add("version", "Show versions, backends and the processor's instruction sets",
               "Examples:\n"
               "  pcai version\n"
               "  pcai version --json",
               [json] {
                 const std::string text = *json ? version_json().dump(2) + "\n" : version_text();
                 return write_out(text) ? kSuccess : kFailure;
               });
  command.add_flag("--json", *json, "Print JSON");
}

}  // namespace pcai::app
