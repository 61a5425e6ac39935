#pragma once

#include <string_view>
#include <vector>

#include "core/result.h"
#include "models/found_model.h"
#include "models/model_folders.h"

namespace pcai::models {

/// Lists every model in the folders, in the order of the folders and then of the names: GGUF files,
/// of which damaged ones, projectors and adapters are included, and folders of safetensors. A file
/// that is reached twice, or that two stores have of the same repository, is listed once; a split
/// model is one entry. A model's id is its file's name without ".gguf". If several files share a
/// name, the id of each is its path below its folder.
std::vector<FoundModel> find_models(const ModelFolders& folders);

/// Finds the model of that name (see models_named), or at that path. Fails with ModelNotFound,
/// which names what was probably meant, or with InvalidModel if the file does not exist, is
/// damaged, or is not a model of its own.
Result<FoundModel> resolve_model(const ModelFolders& folders, std::string_view name_or_path);

}  // namespace pcai::models
