#include "app/terminal/completion.h"

namespace pcai::app {
namespace {

/// A placeholder is what add_value_flag gave the option: "FILE", "text|json", "N".
CompletionValue value_of(const CLI::Option& option) {
  using Kind = CompletionValue::Kind;
  const std::string placeholder = option.get_type_name();
  if (option.get_items_expected_max() == 0) return {.kind = Kind::None};
  if (placeholder == "FILE") return {.kind = Kind::File};
  if (placeholder == "DIR") return {.kind = Kind::Folder};
  if (placeholder == "MODEL") return {.kind = Kind::Model};
  if (placeholder.find('|') == std::string::npos) return {.kind = Kind::Any};
  return {.kind = Kind::Choices, .choices = CLI::detail::split(placeholder, '|')};
}

CompletionCommand completion_command(const CLI::App& command) {
  CompletionCommand found{.name = command.get_name(), .help = command.get_description()};
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) found.argument = value_of(*option);
    for (const std::string& name : option->get_lnames()) {
      found.flags.push_back({.name = "--" + name,
                             .help = option->get_description(),
                             .value = value_of(*option),
                             .repeatable = option->get_items_expected_max() > 1});
    }
  }
  return found;
}

}  // namespace

std::vector<CompletionCommand> completion_commands(const CLI::App& root) {
  std::vector<CompletionCommand> commands;
  for (const CLI::App* command : root.get_subcommands(nullptr)) {
    if (!command->get_group().empty()) commands.push_back(completion_command(*command));
  }
  return commands;
}

Result<std::string> completion_script(const CLI::App& root, const std::string& shell) {
  const std::vector<CompletionCommand> commands = completion_commands(root);
  if (shell == "bash") return bash_completion(commands);
  if (shell == "zsh") return zsh_completion(commands);
  if (shell == "fish") return fish_completion(commands);
  if (shell == "powershell") return powershell_completion(commands);
  return fail(ErrorCode::InvalidRequest, "there is no completion for the shell '" + shell +
                                             "'; known: bash, zsh, fish, powershell");
}

}  // namespace pcai::app
