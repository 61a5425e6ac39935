#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"

namespace pcai::app {

void add_serve(CommandLine& line) {
  const auto flags = std::make_shared<std::unique_ptr<SettingFlags>>();
  CLI::App& command = line.add("serve", "Not in this build: serve models over HTTP", "", [] {
    print_error("this build has no server (PCAI_WITH_SERVER=OFF)");
    return kUsage;
  });
  *flags = std::make_unique<SettingFlags>(command, kServe);
}

}  // namespace pcai::app
