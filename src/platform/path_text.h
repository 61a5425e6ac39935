#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pcai::platform {

/// The path as UTF-8, with the system's own separators. path::string() would be in the code page
/// that Windows happens to have.
std::string path_text(const std::filesystem::path& path);

/// The path that such a text means.
std::filesystem::path text_path(std::string_view text);

}  // namespace pcai::platform
