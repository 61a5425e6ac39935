#pragma once

#include "backend/registry.h"

namespace pcai::backend::mistralrs {

/// The mistralrs backend, as far as it is known without its library: no version, no GPUs.
BackendDescriptor describe_mistralrs();

/// Adds the mistralrs backend, or an entry that says why it cannot be used.
void register_mistralrs(BackendRegistry& registry);

}  // namespace pcai::backend::mistralrs
