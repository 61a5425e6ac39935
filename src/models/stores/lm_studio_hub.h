#pragma once

#include <filesystem>
#include <vector>

#include "models/found_model.h"

namespace pcai::models {

/// Lists LM Studio's virtual models, `<hub>/models/<publisher>/<name>/model.yaml`: names for files
/// in its models folders, with settings. `error` is set if the file is bad or none of its base
/// models exists. The model file itself is not read. Never writes.
std::vector<FoundModel> list_virtual_models(
    const std::filesystem::path& hub, const std::vector<std::filesystem::path>& model_folders);

}  // namespace pcai::models
