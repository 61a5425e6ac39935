#pragma once

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// Checks that a header is consistent: tensors are aligned, inside the file and
/// follow one another; keys on
/// which llama.cpp asserts have the right type and range; templates have at most 1 MiB; the numbers
/// of a split model are right. Fails with InvalidModel and the reason.
Status validate_gguf(const GgufFile& file);

}  // namespace pcai::models
