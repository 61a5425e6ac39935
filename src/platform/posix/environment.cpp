#include "platform/environment.h"

#include <cstdlib>
#include <string_view>

extern char** environ;

namespace pcai::platform {

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::filesystem::path path_variable(const char* name) {
  return variable(name).value_or("");
}

std::vector<std::pair<std::string, std::string>> variables() {
  std::vector<std::pair<std::string, std::string>> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    all.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return all;
}

void set_variable_if_unset(const char* name, const char* value) noexcept {
  ::setenv(name, value, 0);
}

}  // namespace pcai::platform
