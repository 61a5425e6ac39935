#include <fmt/core.h>

#include "app/terminal/completion.h"

namespace pcai::app {
namespace {

using Kind = CompletionValue::Kind;

constexpr const char* kBash = R"script(# bash completion for pcai, made by `pcai completion bash`
_pcai_reply() {
  COMPREPLY=()
  [[ $# -eq 0 ]] && return
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$@" -- "$current")
}

_pcai() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}"
  local command='' word
  [[ ${COMP_WORDS[0]##*/} == pcai-inference-server ]] && command=serve
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ -n $command ]] && break
    case "$word" in @CASES@) command="$word" ;; esac
  done
  case "$command $previous" in
@VALUES@  esac
  case "$command" in
    '') _pcai_reply -W '@COMMANDS@ --help --version' ;;
@FLAGS@  esac
}

complete -o filenames -F _pcai pcai pcai-inference-server
)script";

constexpr const char* kZsh = R"script(#compdef pcai
# zsh completion for pcai, made by `pcai completion zsh`
_pcai_models() {
  local -a models
  models=(${(f)"$(pcai models --quiet 2>/dev/null)"})
  compadd -a models
  _files
}

_pcai() {
  local context state line
  local -a commands
  commands=(
@COMMANDS@  )
  _arguments -C '--help[Show help]' '--version[Show the version]' \
    '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
@FLAGS@      esac ;;
  esac
}

if [[ $funcstack[1] == _pcai ]]; then _pcai "$@"; else compdef _pcai pcai; fi
)script";

constexpr const char* kPowershell =
    R"script(# PowerShell completion for pcai, made by `pcai completion powershell`
Register-ArgumentCompleter -Native -CommandName pcai -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $flags = @{
@FLAGS@  }
  $values = @{
@VALUES@  }
  $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  if ($wordToComplete -and $words.Count -gt 1) { $words = @($words[0..($words.Count - 2)]) }
  $command = $words | Select-Object -Skip 1 |
    Where-Object { $flags.ContainsKey($_) } | Select-Object -First 1
  if (-not $command) {
    $candidates = @($flags.Keys | Sort-Object) + @('--help', '--version')
  } elseif ($values.ContainsKey("$command $($words[-1])")) {
    $candidates = $values["$command $($words[-1])"]
  } else {
    $candidates = @($values["$command "] | Where-Object { $_ }) + $flags[$command]
  }
  $candidates | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
)script";

std::string words(const std::vector<std::string>& list, const std::string& separator = " ") {
  std::string text;
  for (const std::string& word : list) text += (text.empty() ? "" : separator) + word;
  return text;
}

std::vector<std::string> names_of(const std::vector<CompletionCommand>& commands) {
  std::vector<std::string> names;
  for (const CompletionCommand& command : commands) names.push_back(command.name);
  return names;
}

std::vector<std::string> flags_of(const CompletionCommand& command) {
  std::vector<std::string> names;
  for (const CompletionFlag& flag : command.flags) names.push_back(flag.name);
  return names;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

/// A script with its @MARKS@ replaced.
std::string filled(std::string script,
                   const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [mark, value] : values) script = replaced(std::move(script), mark, value);
  return script;
}

/// The first sentence of a help text: what a shell has room for.
std::string summary(const std::string& help) {
  return help.substr(0, help.find(". "));
}

std::string bash_values(const CompletionValue& value) {
  switch (value.kind) {
    case Kind::Choices: return fmt::format("-W '{}'", words(value.choices));
    case Kind::File: return "-f";
    case Kind::Folder: return "-d";
    case Kind::Model: return "-W \"$(pcai models --quiet 2>/dev/null)\" -f";
    default: return "";
  }
}

std::string zsh_values(const CompletionValue& value) {
  switch (value.kind) {
    case Kind::Choices: return fmt::format(":value:({})", words(value.choices));
    case Kind::File: return ":file:_files";
    case Kind::Folder: return ":folder:_files -/";
    case Kind::Model: return ":model:_pcai_models";
    case Kind::Any: return ":value: ";
    case Kind::None: break;
  }
  return "";
}

std::string zsh_text(const std::string& help) {
  std::string text = replaced(summary(help), "'", "'\\''");
  for (const char* special : {"[", "]", ":"})
    text = replaced(text, special, "\\" + std::string(special));
  return text;
}

std::string fish_values(const CompletionValue& value) {
  switch (value.kind) {
    case Kind::Choices: return fmt::format(" -f -a '{}'", words(value.choices));
    case Kind::File: return " -F";
    case Kind::Folder: return " -f -a '(__fish_complete_directories)'";
    case Kind::Model: return " -F -a '(pcai models --quiet 2>/dev/null)'";
    default: return " -f";
  }
}

std::string fish_text(const std::string& help) {
  return replaced(replaced(summary(help), "\\", "\\\\"), "'", "\\'");
}

std::string powershell_list(const std::vector<std::string>& list) {
  return list.empty() ? "@()" : "@('" + words(list, "', '") + "')";
}

}  // namespace

std::string bash_completion(const std::vector<CompletionCommand>& commands) {
  const std::string names = words(names_of(commands));
  std::string values;
  std::string flags;
  for (const CompletionCommand& command : commands) {
    for (const CompletionFlag& flag : command.flags) {
      if (flag.value.kind == Kind::None) continue;
      values += fmt::format("    '{} {}') _pcai_reply {} ; return ;;\n", command.name, flag.name,
                            bash_values(flag.value));
    }
    const std::string argument = bash_values(command.argument);
    flags += fmt::format("    {})\n", command.name);
    if (!argument.empty()) {
      flags +=
          fmt::format("      [[ $current == -* ]] || {{ _pcai_reply {} ; return ; }}\n", argument);
    }
    flags += fmt::format("      _pcai_reply -W '{}' ;;\n", words(flags_of(command)));
  }
  return filled(kBash, {{"@CASES@", replaced(names, " ", " | ")},
                        {"@VALUES@", values},
                        {"@COMMANDS@", names},
                        {"@FLAGS@", flags}});
}

std::string zsh_completion(const std::vector<CompletionCommand>& commands) {
  std::string list;
  std::string cases;
  for (const CompletionCommand& command : commands) {
    list += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.help));
    cases += fmt::format("        {})\n          _arguments", command.name);
    for (const CompletionFlag& flag : command.flags) {
      cases += fmt::format(" \\\n            '{}{}[{}]{}'", flag.repeatable ? "*" : "", flag.name,
                           zsh_text(flag.help), zsh_values(flag.value));
    }
    if (command.argument.kind != Kind::None) {
      cases += fmt::format(" \\\n            '1{}'", zsh_values(command.argument));
    }
    cases += " ;;\n";
  }
  return filled(kZsh, {{"@COMMANDS@", list}, {"@FLAGS@", cases}});
}

std::string fish_completion(const std::vector<CompletionCommand>& commands) {
  std::string script = "# fish completion for pcai, made by `pcai completion fish`\n";
  for (const CompletionCommand& command : commands) {
    script += fmt::format("complete -c pcai -n __fish_use_subcommand -f -a {} -d '{}'\n",
                          command.name, fish_text(command.help));
    const std::string when =
        fmt::format("complete -c pcai -n '__fish_seen_subcommand_from {}'", command.name);
    for (const CompletionFlag& flag : command.flags) {
      const std::string value =
          flag.value.kind == Kind::None ? "" : " -r" + fish_values(flag.value);
      script += fmt::format("{} -l {}{} -d '{}'\n", when, flag.name.substr(2), value,
                            fish_text(flag.help));
    }
    if (command.argument.kind != Kind::None) script += when + fish_values(command.argument) + "\n";
  }
  return script;
}

std::string powershell_completion(const std::vector<CompletionCommand>& commands) {
  std::string flags;
  std::string values;
  for (const CompletionCommand& command : commands) {
    flags += fmt::format("    '{}' = {}\n", command.name, powershell_list(flags_of(command)));
    for (const CompletionFlag& flag : command.flags) {
      if (flag.value.kind != Kind::Choices) continue;
      values += fmt::format("    '{} {}' = {}\n", command.name, flag.name,
                            powershell_list(flag.value.choices));
    }
    if (command.argument.kind == Kind::Choices) {
      values +=
          fmt::format("    '{} ' = {}\n", command.name, powershell_list(command.argument.choices));
    }
  }
  return filled(kPowershell, {{"@FLAGS@", flags}, {"@VALUES@", values}});
}

}  // namespace pcai::app
