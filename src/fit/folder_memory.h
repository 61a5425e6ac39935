#pragma once

#include "core/model.h"
#include "core/result.h"
#include "fit/model_memory.h"

namespace pcai::fit {

/// What a folder of safetensors needs when mistral.rs loads it on the CPU with this configuration:
/// there it computes with 32 bits, and `isq` leaves its own size of the matrices. Reads headers
/// only. Fails with InvalidModel.
Result<ModelMemory> read_folder_memory(const ModelConfig& config);

}  // namespace pcai::fit
