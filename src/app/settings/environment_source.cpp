#include "app/settings/environment_source.h"

#include <algorithm>
#include <array>

#include "app/settings/service_links.h"
#include "app/settings/settings_table.h"
#include "app/settings/suggestion.h"

namespace pcai::app {
namespace {

/// PCAI_* variables of the build, the tests and the bindings, which are no settings.
constexpr std::array<std::string_view, 5> kOtherVariables = {
    "PCAI_CACHE_DIR", "PCAI_PROGRAM", "PCAI_INFERENCE_LIBRARY", "PCAI_MISTRALRS_BRIDGE",
    "PCAI_TEST_BROKEN_KERNELS"};

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

EnvironmentValues read_environment(const Environment& environment) {
  std::vector<std::string> known;
  for (const Setting& setting : settings_table()) known.push_back(environment_name(setting));

  EnvironmentValues values;
  std::vector<std::string> links;
  for (const auto& [name, text] : environment) {
    if (name.rfind("PCAI_", 0) != 0 || text.empty()) continue;
    if (is_service_link(name, text)) {
      links.push_back(name);
      continue;
    }
    const auto found = std::find(known.begin(), known.end(), name);
    if (found != known.end()) {
      const Setting& setting = settings_table()[static_cast<std::size_t>(found - known.begin())];
      auto texts = is_list(setting) ? split_at_commas(text) : std::vector<std::string>{text};
      values.given.push_back({.setting = &setting, .texts = std::move(texts), .source = name});
    } else if (std::find(kOtherVariables.begin(), kOtherVariables.end(), name) ==
               kOtherVariables.end()) {
      values.warnings.push_back("the environment variable " + name + " is not a setting" +
                                did_you_mean(name, known));
    }
  }
  if (!links.empty()) values.warnings.push_back(about_service_links(links));
  return values;
}

}  // namespace pcai::app
