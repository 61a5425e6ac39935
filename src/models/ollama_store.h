#pragma once

#include <filesystem>
#include <vector>

#include "models/found_model.h"

namespace pcai {

/// The folders on this machine in which Ollama keeps models: OLLAMA_MODELS, else the user's and, on
/// Linux, the service's. Only those that exist.
std::vector<std::filesystem::path> ollama_model_paths();

/// The models that an Ollama folder's manifests name, as Ollama writes their names
/// ("smollm2:135m"). Only id, path, source and error are filled; `error` is set where a manifest or
/// its file is bad. Models that run in Ollama's cloud are left out. Never writes.
std::vector<FoundModel> list_ollama_models(const std::filesystem::path& folder);

}  // namespace pcai
