#pragma once

#include "backend/registry.h"

namespace pcai::backend::mistralrs {

/// Adds the mistralrs backend, or an entry that says why it cannot be used where it was left out.
void register_mistralrs(BackendRegistry& registry);

}  // namespace pcai::backend::mistralrs
