#pragma once

#include <string>

#include "core/result.h"
#include "models/gguf/byte_source.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// The bytes of a file in front of its tensors' data, without the entries of tensors that have no
/// elements: with the data behind them they are the same model. `file` is what was read of
/// `source`. Fails with InvalidModel if the source cannot be read.
Result<std::string> header_without_marks(ByteSource& source, const GgufFile& file);

}  // namespace pcai::models
