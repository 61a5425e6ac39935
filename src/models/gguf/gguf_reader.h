#pragma once

#include <filesystem>

#include "core/result.h"
#include "models/gguf/byte_source.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// Reads and checks the header of a GGUF file, none of its tensor data. The file is taken for
/// hostile: every count, length, alignment and offset in it is bounded by the file's size, and
/// by the limits in gguf_reader.cpp. A file that passes holds each tensor whole, without overlap,
/// and hyperparameters and a vocabulary that agree with themselves. Fails with InvalidModel and one
/// line: the path, what is wrong, where.
Result<GgufFile> read_gguf(const std::filesystem::path& path);

/// The same for bytes from anywhere; the line then names no path.
Result<GgufFile> read_gguf(ByteSource& source);

}  // namespace pcai::models
