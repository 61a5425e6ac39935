#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/model.h"
#include "core/result.h"
#include "models/gguf/gguf_summary.h"

namespace pcai::models {

/// That a file which belongs to a model, its projector or an adapter, cannot be loaded, and why:
/// InvalidModel, with the member of ModelConfig as its field.
tl::unexpected<Error> cannot_load_part(GgufKind kind, const std::filesystem::path& path,
                                       const std::string& reason);

/// Its size in bytes, which is what a load counts for it. Reads the header. Fails as
/// cannot_load_part where the file is missing, damaged or of another kind.
Result<std::uint64_t> check_part(GgufKind kind, const std::filesystem::path& path);

/// The same of an adapter, whose scale must be finite, too.
Result<std::uint64_t> check_part(const AdapterConfig& adapter);

}  // namespace pcai::models
