#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "platform/system.h"

namespace pcai::models {

/// The environment variable that holds the path of the user's home folder.
constexpr const char* home_variable(platform::System system) noexcept {
  return system == platform::System::Windows ? "USERPROFILE" : "HOME";
}

/// Where a user's folders are derived from: by default this process's own system and environment
/// variables.
struct UserEnvironment {
  platform::System system = platform::own_system();
  std::optional<std::map<std::string, std::filesystem::path>> variables = {};  // absent = its own

  /// A variable as a path; empty if it is not set or empty.
  std::filesystem::path path(const char* name) const;

  /// The same with "~" at the beginning, "$NAME" and "${NAME}" replaced, as huggingface_hub reads
  /// its folders: files of variables and of services do not replace them.
  std::filesystem::path folder(const char* name) const;

  /// A path with these replaced. What names no variable or no home stays.
  std::filesystem::path expanded(const std::filesystem::path& path) const;

  /// The user's home folder; empty if there is none.
  std::filesystem::path home() const;
};

}  // namespace pcai::models
