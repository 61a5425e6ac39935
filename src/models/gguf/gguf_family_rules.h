#pragma once

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// Checks what llama.cpp assumes of a model of this architecture, beyond what holds for all
/// architectures (gguf_hyperparameters.h). llama.cpp would end the process if one of these did not
/// hold. Fails with InvalidModel.
Status check_family_rules(const GgufFile& file);

}  // namespace pcai::models
