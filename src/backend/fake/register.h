#pragma once

#include "backend/registry.h"

namespace pcai::backend::fake {

/// The fake backend, which plays scripts.
BackendDescriptor describe_fake();

/// Adds the fake backend.
void register_fake(BackendRegistry& registry);

}  // namespace pcai::backend::fake
