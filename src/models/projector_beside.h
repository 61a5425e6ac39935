#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/result.h"

namespace pcai::models {

/// Finds the projector for a model in a repository: an undamaged GGUF file with "mmproj" in its
/// name or in that of its folder, which was made for a model of this width. It looks into the
/// model's folder first, then into those above it up to `root`. Of several in one folder it takes
/// the F16 one, or else the first by name.
std::optional<std::filesystem::path> projector_beside(const std::filesystem::path& model,
                                                      std::uint32_t embedding_length,
                                                      const std::filesystem::path& root);

/// Checks that a file is an undamaged projector for a model of this width. Fails with InvalidModel.
Status projector_fits(const std::filesystem::path& projector, std::uint32_t embedding_length);

}  // namespace pcai::models
