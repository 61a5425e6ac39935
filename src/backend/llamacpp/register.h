#pragma once

#include "backend/registry.h"

namespace pcai {

/// Adds the llamacpp backend. In a build without it, adds an entry that says why it cannot be used.
void register_llamacpp(BackendRegistry& registry);

}  // namespace pcai
