#pragma once

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// Checks that what a header says fits together: tensors aligned, inside the file and apart; keys
/// that llama.cpp asserts on of the right type and in range; templates of at most 1 MiB; split
/// numbers. Fails with InvalidModel and what is wrong.
Status validate_gguf(const GgufFile& file);

}  // namespace pcai::models
