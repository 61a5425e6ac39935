#pragma once

#include <filesystem>

namespace pcai {

/// An environment variable as a path; empty when it is unset or empty.
std::filesystem::path path_from_environment(const char* name);

/// The user's home folder; empty when there is none.
std::filesystem::path home_folder();

}  // namespace pcai
