#pragma once

#include <string>

#include "core/model.h"

namespace pcai::app {

/// 64 hex digits that change when the model's file or what is added to it changes, and stay over a
/// restart. A file whose name is its SHA-256, as in Ollama's store, has that one; of any other file
/// path, size and time of change count, because to read it would take too long.
std::string model_digest(const ModelSpec& spec);

}  // namespace pcai::app
