#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "core/result.h"

namespace pcai::models {

inline constexpr std::size_t kMaxYamlBytes = 64 << 10;
inline constexpr std::size_t kMaxYamlDepth = 32;

/// A small YAML file's first document, its plain scalars read as JSON's kinds. Fails with
/// InvalidModel where the file cannot be read or is damaged, too deep, has anchors or aliases, or a
/// key twice.
Result<nlohmann::json> read_yaml(const std::filesystem::path& path);

}  // namespace pcai::models
