#pragma once

#include <vector>

#include "models/found_model.h"
#include "models/model_folders.h"

namespace pcai::models {

/// Every model in the folders, with its ids, but not yet described: the files' headers are not
/// read. One file is one model, also if several stores have it: the first in the order of
/// ModelFolders gives it its name.
std::vector<FoundModel> list_models(const ModelFolders& folders);

}  // namespace pcai::models
