#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace pcai {

enum class Platform { Linux, MacOs, Windows };

#if defined(_WIN32)
inline constexpr Platform kThisPlatform = Platform::Windows;
#elif defined(__APPLE__)
inline constexpr Platform kThisPlatform = Platform::MacOs;
#else
inline constexpr Platform kThisPlatform = Platform::Linux;
#endif

/// The environment variable that holds the path of the user's home folder.
constexpr const char* home_variable(Platform platform) noexcept {
  return platform == Platform::Windows ? "USERPROFILE" : "HOME";
}

/// Where a user's folders are derived from: by default this process's own system and environment
/// variables.
struct UserEnvironment {
  Platform platform = kThisPlatform;
  std::optional<std::map<std::string, std::filesystem::path>> variables = {};  // absent = its own

  /// A variable as a path; empty if it is not set or empty.
  std::filesystem::path path(const char* name) const;

  /// The user's home folder; empty if there is none.
  std::filesystem::path home() const;
};

}  // namespace pcai
