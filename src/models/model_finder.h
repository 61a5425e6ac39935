#pragma once

#include <string_view>
#include <vector>

#include "core/result.h"
#include "models/found_model.h"
#include "models/model_folders.h"

namespace pcai::models {

/// Lists every GGUF file in the folders, in the order of the folders and then of the names. Damaged
/// files, projectors and adapters are included. A file that is reached twice is listed once; a
/// split model is one entry. A model's id is its file's name without ".gguf". If several files
/// share a name, the id of each is its path below its folder.
std::vector<FoundModel> find_models(const ModelFolders& folders);

/// Finds the model with that id, or the file at that path. Letter case does not matter, and the end
/// of an id may be left out, as long as one model remains. Fails with ModelNotFound, which names
/// what was probably meant, or with InvalidModel if the file does not exist, is damaged, or is not
/// a model of its own.
Result<FoundModel> resolve_model(const ModelFolders& folders, std::string_view name_or_path);

}  // namespace pcai::models
