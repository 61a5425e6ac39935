#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/result.h"

namespace pcai::models {

/// The projector in the folder of a model's file, where the folder is of one model: a GGUF file
/// with "mmproj" in its name, whole, and made for this width. Of several the one that is F16, else
/// the first by name.
std::optional<std::filesystem::path> projector_beside(const std::filesystem::path& model,
                                                      std::uint32_t embedding_length);

/// Whether a file is a projector, whole, and made for this width. Fails with InvalidModel.
Status projector_fits(const std::filesystem::path& projector, std::uint32_t embedding_length);

}  // namespace pcai::models
