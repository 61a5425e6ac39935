#pragma once

#include "backend/registry.h"

namespace pcai::backend::fake {

/// Adds the fake backend, or an entry that says why it cannot be used where it was left out.
void register_fake(BackendRegistry& registry);

}  // namespace pcai::backend::fake
