#pragma once

#include <filesystem>
#include <vector>

#include "models/found_model.h"

namespace pcai::models {

/// LM Studio's virtual models, `<hub>/models/<publisher>/<name>/model.yaml`: names of their own for
/// files in its models folders, with settings. `error` is set where the file is bad or no base of
/// it is there. What a model file says itself is not filled in. Never writes.
std::vector<FoundModel> list_virtual_models(
    const std::filesystem::path& hub, const std::vector<std::filesystem::path>& model_folders);

}  // namespace pcai::models
