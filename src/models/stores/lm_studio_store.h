#pragma once

#include <filesystem>
#include <vector>

#include "models/environment.h"

namespace pcai::models {

/// Where LM Studio would keep models on this machine: its settings' folder, or its own. Empty
/// without a home folder.
std::vector<std::filesystem::path> lm_studio_model_places(const UserEnvironment& environment = {});

/// Where it would keep its virtual models (list_virtual_models). Empty without a home folder.
std::vector<std::filesystem::path> lm_studio_hub_places(const UserEnvironment& environment = {});

/// The one of them that exists. Below it lie plain
/// GGUF files, two folders down where LM Studio itself put them. Never writes.
std::vector<std::filesystem::path> lm_studio_model_paths();

}  // namespace pcai::models
