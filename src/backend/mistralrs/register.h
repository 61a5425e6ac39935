#pragma once

#include "backend/registry.h"

namespace pcai {

/// Adds the mistralrs backend. In a build without it, adds an entry that says why it cannot be
/// used.
void register_mistralrs(BackendRegistry& registry);

}  // namespace pcai
