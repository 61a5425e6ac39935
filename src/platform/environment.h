#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pcai::platform {

/// An environment variable of this process as UTF-8; nothing if it is unset.
std::optional<std::string> variable(const char* name);

/// The same as a path; empty if it is unset or empty.
std::filesystem::path path_variable(const char* name);

/// All of them, name and value, in the system's order.
std::vector<std::pair<std::string, std::string>> variables();

/// Sets a variable that is not set yet. Call it while no other thread reads variables.
void set_variable_if_unset(const char* name, const char* value) noexcept;

}  // namespace pcai::platform
