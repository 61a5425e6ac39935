#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/settings/settings_table.h"

namespace pcai::app {

/// The tree of commands and flags. Commands add themselves to it (commands/commands.h); help, the
/// messages about mistakes and the completion scripts all come from this one tree.
class CommandLine {
 public:
  CommandLine();

  /// Adds a command; `action` runs when it is the chosen one and returns the exit code. The command
  /// lives as long as this object.
  CLI::App& add(const std::string& name, const std::string& description,
                const std::string& examples, std::function<int()> action);

  /// What runs on a terminal where no command is named; elsewhere that is a mistake.
  void set_welcome(std::function<int()> action) { welcome_ = std::move(action); }

  const CLI::App& root() const noexcept { return root_; }

  /// Parses and runs. Mistakes are told on stderr and give kUsage.
  int run(std::vector<std::string> arguments);

 private:
  int refuse(const std::string& message, const CLI::App& command) const;

  CLI::App root_;
  std::map<const CLI::App*, std::function<int()>> actions_;
  std::function<int()> welcome_;
};

/// The arguments as the tree knows them: those of `pcai-inference-server` begin with "serve", and
/// "help X" means "X --help".
std::vector<std::string> normalized_arguments(const CLI::App& root, const std::string& program,
                                              std::vector<std::string> arguments);

/// How often a flag may be given. One that is given too often still arrives with all its values,
/// for a message that names it.
enum class Times : std::uint8_t { Once, Often };

/// A flag that takes a value each time it is given. `placeholder` says what the value looks like
/// ("N", "FILE", "text|json"); completion goes by it.
CLI::Option* add_value_flag(CLI::App& command, const std::string& name,
                            std::vector<std::string>& values, Times times,
                            const std::string& placeholder, const std::string& help);

/// The flags of a command's settings, and what the command line said.
class SettingFlags {
 public:
  SettingFlags(CLI::App& command, CommandBit bit);

  std::vector<GivenValue> given() const;

  /// load_settings for this process; tells warnings and errors on stderr.
  Result<ResolvedSettings> load() const;

 private:
  CommandBit bit_;
  std::map<const Setting*, std::vector<std::string>> values_;  // nodes stay where they are
};

}  // namespace pcai::app
