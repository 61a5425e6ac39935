#pragma once

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// Checks that ggml can compute with the formats of a model's tensors: it would end the process
/// where it cannot. Says nothing of projectors and adapters. Fails with InvalidModel.
Status check_tensor_formats(const GgufFile& file);

}  // namespace pcai::models
