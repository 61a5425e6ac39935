#pragma once

#include <filesystem>
#include <vector>

#include "models/environment.h"
#include "models/found_model.h"

namespace pcai::models {

/// Where Ollama would keep models on this machine: OLLAMA_MODELS, else the user's folder, and on
/// Linux the service's: its own folder and the one that its unit files below `system_root` name.
std::vector<std::filesystem::path> ollama_model_places(
    const UserEnvironment& environment = {}, const std::filesystem::path& system_root = "/");

/// Those of them that exist.
std::vector<std::filesystem::path> ollama_model_paths();

/// The models that an Ollama folder's manifests name, as Ollama writes their names
/// ("smollm2:135m"). What a model file says itself is not filled in; `error` is set where a
/// manifest or its file is bad. Models that run in Ollama's cloud are left out. Never writes.
std::vector<FoundModel> list_ollama_models(const std::filesystem::path& folder);

}  // namespace pcai::models
