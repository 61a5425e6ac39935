#pragma once

#include <memory>
#include <string>

#include "backend/registry.h"

namespace pcai::app {

/// The backends of this build, usable or not: llamacpp, mistralrs, fake.
backend::BackendRegistry all_backends();

/// The same for an engine; with isolation "process" each model gets a process of its own.
std::shared_ptr<const backend::BackendRegistry> engine_backends(const std::string& isolation);

}  // namespace pcai::app
