#pragma once

#include <filesystem>

#include "core/result.h"
#include "models/gguf/byte_source.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// Reads and checks the header of a GGUF file, but no tensor data. The file is not trusted: every
/// count, length, alignment and offset is checked against the file's size and the limits in
/// gguf_reader.cpp. In a file that passes, each tensor is complete, none overlap, and the
/// hyperparameters and the vocabulary are consistent. Fails with InvalidModel and one line: the
/// path, what is wrong, and where.
Result<GgufFile> read_gguf(const std::filesystem::path& path);

/// The same for bytes from any source; the line then names no path.
Result<GgufFile> read_gguf(ByteSource& source);

}  // namespace pcai::models
