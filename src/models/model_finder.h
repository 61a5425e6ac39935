#pragma once

#include <string_view>
#include <vector>

#include "core/result.h"
#include "models/found_model.h"
#include "models/model_folders.h"

namespace pcai::models {

/// Every GGUF file in the folders, damaged ones, projectors and adapters included, in the order of
/// the folders and then of the names. The same file reached twice is listed once; a split model is
/// one entry. A model's id is its file's name without ".gguf"; where several share it, each has
/// its path below its folder instead.
std::vector<FoundModel> find_models(const ModelFolders& folders);

/// The model of that id (letter case and the end may be left out where one remains), or the file
/// of that path. Fails with ModelNotFound, naming what it could have been, or with InvalidModel for
/// a file that is not there, damaged, or not a model on its own.
Result<FoundModel> resolve_model(const ModelFolders& folders, std::string_view name_or_path);

}  // namespace pcai::models
