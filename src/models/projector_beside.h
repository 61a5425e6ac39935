#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/result.h"

namespace pcai::models {

/// Finds the projector in the folder of a model's file: an undamaged GGUF file with "mmproj" in its
/// name that was made for a model of this width. Of several it takes the F16 one, or else the first
/// by name. Returns nothing if the folder has files of several models.
std::optional<std::filesystem::path> projector_beside(const std::filesystem::path& model,
                                                      std::uint32_t embedding_length);

/// Checks that a file is an undamaged projector for a model of this width. Fails with InvalidModel.
Status projector_fits(const std::filesystem::path& projector, std::uint32_t embedding_length);

}  // namespace pcai::models
