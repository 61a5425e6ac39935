#pragma once

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// Checks a model's hyperparameters ("<architecture>.…") for the ranges and relations that its
/// loader takes for granted: layers, heads, experts, sizes, RoPE. Fails with InvalidModel.
Status check_hyperparameters(const GgufFile& file);

}  // namespace pcai::models
