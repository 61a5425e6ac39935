#include "app/terminal/completion.h"

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"

namespace pcai::app {

void add_completion(CommandLine& line) {
  const auto shell = std::make_shared<std::string>();
  CLI::App& command =
      line.add("completion", "Print a script for the shell's tab completion",
               "Examples:\n"
               "  pcai completion bash > ~/.local/share/bash-completion/completions/pcai\n"
               "  pcai completion zsh > ~/.zfunc/_pcai\n"
               "  pcai completion fish > ~/.config/fish/completions/pcai.fish\n"
               "  pcai completion powershell | Out-String | Invoke-Expression",
               [shell, &line]() -> int {
                 const Result<std::string> script = completion_script(line.root(), *shell);
                 if (!script) {
                   print_error(script.error().message);
                   return exit_code(script.error().code);
                 }
                 return write_out(*script) ? kSuccess : kFailure;
               });
  command.add_option("SHELL", *shell, "The shell")
      ->required()
      ->type_name("bash|zsh|fish|powershell");
}

}  // namespace pcai::app
