#pragma once

#include "backend/inference_backend.h"
#include "backend/registry.h"
#include "core/model.h"
#include "core/result.h"

namespace pcai::backend {

/// Refuses, as Unsupported and by its name, an option that the configuration gives and the backend
/// does not honour. `registry` tells which backend does, for the message. Options that are not
/// given, and a projector that may be left out, are never refused. To be called before a load.
Status check_options(const ModelConfig& config, const BackendDescriptor& backend,
                     const BackendRegistry& registry);

}  // namespace pcai::backend
