#include "app/settings/command_line.h"

#include <CLI/Config.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "app/exit_code.h"
#include "app/settings/familiar_words.h"
#include "app/settings/load_settings.h"
#include "app/settings/suggestion.h"
#include "app/terminal/help_formatter.h"
#include "app/terminal/terminal.h"
#include "app/version.h"
#include "platform/console.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

std::vector<std::string> command_names(const CLI::App& root) {
  std::vector<std::string> names;
  for (const CLI::App* command : root.get_subcommands(nullptr)) {
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  return names;
}

bool is_command(const CLI::App& root, const std::string& name) {
  const auto commands = root.get_subcommands(nullptr);
  return std::any_of(commands.begin(), commands.end(),
                     [&name](const CLI::App* command) { return command->get_name() == name; });
}

std::vector<std::string> long_flags(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string full_name(const CLI::App& command) {
  return command.get_parent() == nullptr ? "pcai" : "pcai " + command.get_name();
}

/// What is wrong with an argument that the tree does not know.
std::string about_stray(const std::string& argument, const CLI::App& command) {
  const bool flag = argument.size() > 1 && argument.front() == '-';
  if (flag) {
    const std::string name = argument.substr(0, argument.find('='));
    return "unknown flag '" + name + "' of `" + full_name(command) + "`" +
           did_you_mean(name, long_flags(command));
  }
  if (command.get_parent() == nullptr) {
    return "unknown command '" + argument + "'" + did_you_mean(argument, command_names(command));
  }
  return "unexpected argument '" + argument + "'; put text with spaces in quotes";
}

}  // namespace

CommandLine::CommandLine() : root_("Runs language models on this machine.", "pcai") {
  root_.formatter(std::make_shared<HelpFormatter>());
  root_.set_help_flag("-h,--help", "Show this help and exit");
  root_.set_version_flag("--version", std::string("pcai ") + kVersion, "Show the version and exit");
  root_.allow_windows_style_options(false);
  root_.allow_extras();
  root_.footer(
      "Examples:\n"
      "  pcai run \"Why is the sky blue?\"     answer one question\n"
      "  pcai run                            chat\n"
      "  pcai serve                          serve OpenAI clients on http://127.0.0.1:8080/v1\n"
      "  pcai models                         show the models on this machine\n\n"
      "`pcai COMMAND --help` describes a command.");
}

CLI::App& CommandLine::add(const std::string& name, const std::string& description,
                           const std::string& examples, std::function<int()> action) {
  CLI::App* const command = root_.add_subcommand(name, description);
  command->allow_extras();
  command->footer(examples);
  actions_[command] = std::move(action);
  return *command;
}

int CommandLine::run(std::vector<std::string> given) {
  Result<std::vector<std::string>> own = in_own_words(root_, std::move(given));
  if (!own) return refuse(own.error().message, root_);
  std::vector<std::string> arguments = std::move(*own);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  const CLI::App* command = &root_;
  const auto chosen = [this, &command] {
    if (!root_.get_subcommands().empty()) command = root_.get_subcommands().front();
  };
  try {
    root_.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    chosen();
    return write_out(command->help(command == &root_ ? "" : "pcai")) ? kSuccess : kFailure;
  } catch (const CLI::Success& wanted) {  // --version
    return write_out(std::string(wanted.what()) + "\n") ? kSuccess : kFailure;
  } catch (const CLI::ParseError& failure) {
    chosen();
    return refuse(failure.what(), *command);
  }
  chosen();
  std::vector<std::string> strays = root_.remaining(true);
  const auto mark = std::find(strays.begin(), strays.end(), "--");  // CLI11 counts it as one
  if (mark != strays.end()) strays.erase(mark);
  if (!strays.empty()) return refuse(about_stray(strays.front(), *command), *command);
  if (command == &root_) {
    if (welcome_ && platform::is_terminal(stdout)) return welcome_();
    std::cerr << root_.help();
    return kUsage;
  }
  return actions_.at(command)();
}

int CommandLine::refuse(const std::string& message, const CLI::App& command) const {
  print_error(message);
  std::cerr << "Try `" << full_name(command) << " --help`.\n";
  return kUsage;
}

std::vector<std::string> normalized_arguments(const CLI::App& root, const std::string& program,
                                              std::vector<std::string> arguments) {
  const std::string first = arguments.empty() ? "" : arguments.front();
  if (first == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
    return arguments;
  }
  const std::string file = program.substr(program.find_last_of("/\\") + 1);
  const bool known = first == "--version" || is_command(root, first);
  if (file.rfind("pcai-inference-server", 0) == 0 && !known) {
    arguments.insert(arguments.begin(), "serve");
  }
  return arguments;
}

CLI::Option* add_value_flag(CLI::App& command, const std::string& name,
                            std::vector<std::string>& values, Times times,
                            const std::string& placeholder, const std::string& help) {
  CLI::Option* const option = command.add_option(name, values, help)->type_name(placeholder);
  if (times == Times::Often) {
    option->expected(1, CLI::detail::expected_max_vector_size);
  } else {
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  // One value each time, so that a list never swallows the argument that follows it.
  return option->allow_extra_args(false);
}

SettingFlags::SettingFlags(CLI::App& command, CommandBit bit) : bit_(bit) {
  const Settings defaults = default_settings(bit);
  for (const Setting& setting : settings_table()) {
    if ((setting.commands & bit) == 0) continue;
    CLI::Option* const option = add_value_flag(command, flag_name(setting), values_[&setting],
                                               is_list(setting) ? Times::Often : Times::Once,
                                               placeholder(setting), std::string(setting.help));
    const std::string value = value_text(defaults, setting);
    if (!value.empty()) option->default_str(value);
  }
}

std::vector<GivenValue> SettingFlags::given() const {
  std::vector<GivenValue> given;
  for (const auto& [setting, texts] : values_) {
    if (texts.empty()) continue;
    given.push_back({.setting = setting, .texts = texts, .source = flag_name(*setting)});
  }
  return given;
}

namespace {

/// A folder that is named on the command line and is not there would be searched in silence.
void tell_missing_folders(const ResolvedSettings& resolved) {
  const auto source = resolved.sources.find("models_dir");
  if (source == resolved.sources.end() || !source->second.starts_with("--")) return;
  for (const std::string& folder : resolved.values.models_dir) {
    std::error_code error;
    if (std::filesystem::is_directory(platform::text_path(folder), error)) continue;
    print_warning(source->second + "='" + folder + "' is not a folder; no model is found there");
  }
}

}  // namespace

Result<ResolvedSettings> SettingFlags::load() const {
  std::vector<std::string> warnings;
  Result<ResolvedSettings> resolved = load_settings(bit_, given(), process_environment(), warnings);
  for (const std::string& warning : warnings) print_warning(warning);
  if (!resolved) print_error(resolved.error().message);
  if (resolved) tell_missing_folders(*resolved);
  return resolved;
}

}  // namespace pcai::app
