#pragma once

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// Checks that a model's hyperparameters ("<architecture>.…") have the ranges and relations that
/// its loader assumes: layers, heads, experts, sizes, RoPE. Fails with InvalidModel.
Status check_hyperparameters(const GgufFile& file);

}  // namespace pcai::models
