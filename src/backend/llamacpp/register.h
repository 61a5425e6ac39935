#pragma once

#include "backend/registry.h"

namespace pcai::backend::llamacpp {

/// The llamacpp backend, as far as it is known without its library: no version, no GPUs.
BackendDescriptor describe_llamacpp();

/// Adds the llamacpp backend, or an entry that says why it cannot be used.
void register_llamacpp(BackendRegistry& registry);

}  // namespace pcai::backend::llamacpp
