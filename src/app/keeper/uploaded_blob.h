#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "http/model_keeper.h"

namespace pcai::app {

/// Begins to write an uploaded GGUF file of so many bytes (0 = not known) to `path`, whose name is
/// "sha256-" and its digest. Fails with Overloaded if another client uploads it, with
/// InvalidRequest if the disk has too little space, and with Internal.
Result<std::unique_ptr<http::BlobWriter>> write_uploaded_blob(const std::filesystem::path& path,
                                                              std::uint64_t bytes);

}  // namespace pcai::app
