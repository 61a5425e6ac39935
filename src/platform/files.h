#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace pcai::platform {

/// Tells a file from all others, whatever its name: device, number, size, time of change.
using FileIdentity = std::array<std::uint64_t, 4>;

/// Follows links. Nothing if there is no such file.
std::optional<FileIdentity> file_identity(const std::filesystem::path& path);

/// True if this process may write to the file or folder. What it does later may still fail.
bool is_writable(const std::filesystem::path& path);

/// True for a regular file to which users other than its owner have any right.
bool is_open_to_others(const std::filesystem::path& path);

}  // namespace pcai::platform
