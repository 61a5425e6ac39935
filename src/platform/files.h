#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace pcai::platform {

/// What a file is by, whatever it is called: device, number, size, time of change.
using FileIdentity = std::array<std::uint64_t, 4>;

/// Links are followed. Nothing if there is no such file.
std::optional<FileIdentity> file_identity(const std::filesystem::path& path);

/// True if this process may write to the file or folder. What it does later may still fail.
bool is_writable(const std::filesystem::path& path);

/// True if users other than the owner have any right to this regular file. False for what is none.
bool is_open_to_others(const std::filesystem::path& path);

}  // namespace pcai::platform
