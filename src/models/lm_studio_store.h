#pragma once

#include <filesystem>
#include <vector>

namespace pcai {

/// The folder on this machine in which LM Studio keeps models, if it exists. Below it lie plain
/// GGUF files, two folders down where LM Studio itself put them. Never writes.
std::vector<std::filesystem::path> lm_studio_model_paths();

}  // namespace pcai
