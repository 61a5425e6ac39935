#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pcai::platform {

/// The path as UTF-8, with the system's own separators. On Windows path::string() would be in the
/// current code page.
std::string path_text(const std::filesystem::path& path);

/// The path for a text in UTF-8.
std::filesystem::path text_path(std::string_view text);

}  // namespace pcai::platform
