#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "core/result.h"

namespace pcai::models {

inline constexpr std::size_t kMaxYamlBytes = 64 << 10;
inline constexpr std::size_t kMaxYamlDepth = 32;

/// Reads a small YAML file's first document. Plain scalars become JSON values of their kind. Fails
/// with InvalidModel if the file cannot be read, is damaged or too deep, has anchors or aliases, or
/// has a key twice.
Result<nlohmann::json> read_yaml(const std::filesystem::path& path);

}  // namespace pcai::models
