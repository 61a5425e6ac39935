#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "app/command_line.h"
#include "app/commands/commands.h"
#include "app/completion.h"
#include "app/settings_table.h"

namespace pcai {
namespace {

using testing::HasSubstr;

std::string manual() {
  std::ostringstream text;
  text << std::ifstream(PCAI_SOURCE_DIR "/docs/cli.md").rdbuf();
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

TEST(DocumentationTest, TheManualHasEveryCommandAndItsFlags) {
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
  const std::string text = manual();
  for (const CompletionCommand& command : completion_commands(line.root())) {
    EXPECT_THAT(text, HasSubstr("## pcai " + command.name + "\n"));
    for (const CompletionFlag& flag : command.flags) {
      EXPECT_THAT(text, HasSubstr("`" + flag.name)) << command.name;
    }
  }
}

}  // namespace
}  // namespace pcai
