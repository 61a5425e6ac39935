#pragma once

#include <string>

#include "engine/engine.h"

namespace pcai::http {

/// A name of Ollama's API as the engine knows it.
std::string known_model(const engine::Engine& engine, std::string name);

/// The same. Fails with ModelNotFound in Ollama's words.
Result<std::string> find_model(const engine::Engine& engine, const std::string& name);

}  // namespace pcai::http
