#pragma once

#include <filesystem>
#include <vector>

#include "models/environment.h"

namespace pcai::models {

/// Where LM Studio keeps models on this machine: the folder in its settings, or its default one. It
/// need not exist. Empty if there is no home folder.
std::vector<std::filesystem::path> lm_studio_model_places(const UserEnvironment& environment = {});

/// Where it keeps its virtual models (list_virtual_models). Empty if there is no home folder.
std::vector<std::filesystem::path> lm_studio_hub_places(const UserEnvironment& environment = {});

/// Those that exist. They contain plain GGUF files, two folders down if LM Studio put them there.
/// Never writes.
std::vector<std::filesystem::path> lm_studio_model_paths();

}  // namespace pcai::models
