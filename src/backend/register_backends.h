#pragma once

#include <vector>

#include "backend/registry.h"

namespace pcai::backend {

// Made by CMake from the list in src/backend/CMakeLists.txt (cmake/Backends.cmake). The order is
// the one in which "auto" takes them.

/// All backends, built or left out, without what only their libraries tell: versions and GPUs.
/// Opens nothing.
const std::vector<BackendDescriptor>& known_backends();

/// Adds all backends, usable or not. May open their libraries, which takes a while.
void register_backends(BackendRegistry& registry);

}  // namespace pcai::backend
