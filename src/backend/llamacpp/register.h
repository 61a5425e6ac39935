#pragma once

#include "backend/registry.h"

namespace pcai::backend::llamacpp {

/// Adds the llamacpp backend, or an entry that says why it cannot be used where it was left out.
void register_llamacpp(BackendRegistry& registry);

}  // namespace pcai::backend::llamacpp
