#pragma once

#include "core/result.h"
#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// Checks what llama.cpp takes for granted of a model of this architecture, beyond what holds for
/// all (gguf_hyperparameters.h): it ends the process where one of these does not hold. Fails with
/// InvalidModel.
Status check_family_rules(const GgufFile& file);

}  // namespace pcai::models
