#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace pcai::platform {

enum class System : std::uint8_t { Linux, MacOs, Windows };

/// The system that this program is built for.
System own_system() noexcept;

/// A command that starts this same program again, even if its file has been replaced.
std::string own_program();

/// The folder of the program or library that this code is linked into; empty if the system does not
/// say.
std::filesystem::path own_folder();

}  // namespace pcai::platform
