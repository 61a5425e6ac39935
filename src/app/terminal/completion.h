#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "core/result.h"

namespace pcai::app {

/// What may stand after a flag or as a command's argument.
struct CompletionValue {
  enum class Kind { None, Any, Choices, File, Folder, Model };

  Kind kind = Kind::None;  // None: the flag takes no value
  std::vector<std::string> choices = {};
};

struct CompletionFlag {
  std::string name;  // "--port"
  std::string help;
  CompletionValue value;
  bool repeatable = false;
};

struct CompletionCommand {
  std::string name;
  std::string help;
  std::vector<CompletionFlag> flags;
  CompletionValue argument;
};

/// The visible commands of the tree with their long flags.
std::vector<CompletionCommand> completion_commands(const CLI::App& root);

/// The script for bash, zsh, fish or powershell, made from the tree and so always in step with it.
/// Fails with InvalidRequest for another shell.
Result<std::string> completion_script(const CLI::App& root, const std::string& shell);

std::string bash_completion(const std::vector<CompletionCommand>& commands);
std::string zsh_completion(const std::vector<CompletionCommand>& commands);
std::string fish_completion(const std::vector<CompletionCommand>& commands);
std::string powershell_completion(const std::vector<CompletionCommand>& commands);

}  // namespace pcai::app
