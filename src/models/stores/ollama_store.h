#pragma once

#include <filesystem>
#include <vector>

#include "models/environment.h"
#include "models/found_model.h"

namespace pcai::models {

/// Where Ollama keeps models on this machine: in OLLAMA_MODELS, or in the user's folder; on Linux
/// also in the service's own folder and in the one that its unit files below `system_root` name.
/// They need not exist.
std::vector<std::filesystem::path> ollama_model_places(
    const UserEnvironment& environment = {}, const std::filesystem::path& system_root = "/");

/// Those that exist.
std::vector<std::filesystem::path> ollama_model_paths();

/// Lists the models that an Ollama folder's manifests name, with Ollama's names ("smollm2:135m").
/// The model file itself is not read. `error` is set if a manifest or its file is bad. Models that
/// run in Ollama's cloud are left out. Never writes.
std::vector<FoundModel> list_ollama_models(const std::filesystem::path& folder);

}  // namespace pcai::models
