#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "app/commands/commands.h"
#include "app/settings/command_line.h"
#include "app/settings/settings_table.h"
#include "app/terminal/completion.h"
#include "core/parameters/defaults.h"
#include "core/parameters/parameters.h"

namespace pcai::app {
namespace {

using testing::HasSubstr;

std::string manual(const std::string& name = "cli.md") {
  std::ostringstream text;
  text << std::ifstream(PCAI_SOURCE_DIR "/docs/" + name).rdbuf();
  return text.str();
}

std::string joined_choices(const Setting& setting) {
  std::string text;
  for (const auto choice : setting.choices) {
    text += (text.empty() ? "`" : ", `") + std::string(choice) + "`";
  }
  return text;
}

/// The row of docs/cli.md that a setting must have.
std::string manual_row(const Setting& setting) {
  std::string value = is_number(setting)
                          ? std::to_string(setting.min) + ".." + std::to_string(setting.max)
                          : joined_choices(setting);
  if (value.empty()) value = std::string(setting.noun);
  if (is_list(setting)) value += ", several";
  const std::string preset = value_text(Settings{}, setting);
  return "| `" + std::string(setting.name) + "` | `" + flag_name(setting) + "` | `" +
         environment_name(setting) + "` | " + value + " | " +
         (preset.empty() ? "" : "`" + preset + "`") + " | " + std::string(setting.help) + " |\n";
}

TEST(DocumentationTest, TheManualHasEverySettingAsTheTableSaysIt) {
  const std::string text = manual();
  for (const Setting& setting : settings_table()) EXPECT_THAT(text, HasSubstr(manual_row(setting)));
}

TEST(DocumentationTest, TheManualHasNoSettingThatIsGone) {
  std::istringstream lines(manual());
  std::size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("| `PCAI_") != std::string::npos) ++rows;
  }
  EXPECT_EQ(rows, settings_table().size());
}

/// The row of docs/cli.md that a flag of `pcai run` must have.
std::string flag_row(const Parameter& parameter) {
  std::string flag = "--" + std::string(parameter.name);
  std::ranges::replace(flag, '_', '-');
  const bool list = parameter.text_bytes > 0;
  return "| `" + flag + "` " + (list ? "TEXT, several" : "N") + " | " +
         (list ? "" : value_text(parameter, {})) + " | " + std::string(parameter.help) + " |\n";
}

/// The row of docs/http.md that a parameter must have.
std::string field_row(const Parameter& parameter) {
  std::string name = "`" + std::string(parameter.name) + "`";
  if (!parameter.http_alias.empty()) name += ", `" + std::string(parameter.http_alias) + "`";
  std::string range = range_text(parameter.http.value_or(parameter.range));
  if (parameter.text_bytes > 0) {
    range = "up to " + number_text(parameter.range.max) + " texts of up to " +
            std::to_string(parameter.text_bytes) + " bytes";
  }
  if (parameter.name == "seed") range = "64 bits";
  const std::string preset = parameter.text_bytes > 0 ? "" : value_text(parameter, {});
  return "| " + name + " | " + range + " | " + preset + " | " + std::string(parameter.help) +
         " |\n";
}

TEST(DocumentationTest, TheManualHasEveryParameterOfARequestAsTheTableSaysIt) {
  const std::string cli = manual();
  const std::string http = manual("http.md");
  for (const Parameter& parameter : kParameters) {
    EXPECT_THAT(http, HasSubstr(field_row(parameter)));
    if (parameter.faces.has(Face::Flag)) {
      EXPECT_THAT(cli, HasSubstr(flag_row(parameter)));
    }
  }
  for (const std::string_view name : default_names()) {
    EXPECT_THAT(cli, HasSubstr("`" + std::string(name) + "`"));
  }
}

/// What the manual says of a command.
std::string section_of(const std::string& command) {
  const std::string text = manual();
  const std::size_t begin = text.find("## pcai " + command + "\n");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find("\n## ", begin) - begin);
}

TEST(DocumentationTest, EachCommandListsItsSettingsAsTheTableHasThem) {
  const std::pair<const char*, CommandBit> commands[] = {
      {"serve", kServe},   {"run", kRun},   {"models", kModels}, {"show", kShow}, {"plan", kPlan},
      {"doctor", kDoctor}, {"pull", kPull}, {"rm", kRemove},     {"ps", kPs}};
  for (const auto& [command, bit] : commands) {
    std::string flags;
    for (const Setting& setting : settings_table()) {
      if ((setting.commands & bit) == 0) continue;
      flags += (flags.empty() ? "`" : ", `") + flag_name(setting) + "`";
    }
    EXPECT_THAT(section_of(command), HasSubstr("Settings as flags: " + flags + ".")) << command;
  }
  for (const Setting& setting : settings_table()) EXPECT_TRUE(setting.commands & kConfig);
}

TEST(DocumentationTest, EachCommandsOwnFlagsStandInItsSection) {
  CommandLine line;
  add_run(line);
  add_serve(line);
  add_models(line);
  add_show(line);
  add_plan(line);
  add_ps(line);
  add_pull(line);
  add_rm(line);
  add_doctor(line);
  add_config(line);
  add_version(line);
  add_completion(line);
  for (const CompletionCommand& command : completion_commands(line.root())) {
    const std::string section = section_of(command.name);
    EXPECT_NE(section, "") << command.name;
    if (command.name == "config") continue;  // has the flags of all settings, which it says
    for (const CompletionFlag& flag : command.flags) {
      EXPECT_THAT(section, HasSubstr("`" + flag.name)) << command.name;
    }
  }
}

}  // namespace
}  // namespace pcai::app
