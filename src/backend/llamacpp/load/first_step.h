#pragma once

#include <llama.h>

#include "core/result.h"

namespace pcai::backend::llamacpp {

/// Computes one token on this thread alone, where an assertion of ggml that fails is an error and
/// not the end of the process: some files pass all checks, and only a step shows that llama.cpp
/// cannot compute their numbers. Leaves the context empty. Fails with InvalidModel; the context
/// must not be used after that. Call it before anything else uses the context.
Status compute_first_step(llama_context& context);

}  // namespace pcai::backend::llamacpp
