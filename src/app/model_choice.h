#pragma once

#include <string>
#include <vector>

#include "app/settings.h"
#include "core/model.h"
#include "models/model_finder.h"

namespace pcai {

/// Where models are looked for: this user's folders and those of the settings.
ModelFolders model_folders(const Settings& settings);

/// The model of that id or path; one named by its path has its file's name as id. Fails as
/// resolve_model does.
Result<FoundModel> find_model(const Settings& settings, const std::string& name);

/// The models that the settings name, the default model when they name none; each file has passed
/// the validator. Fails with ModelNotFound or InvalidModel for the first that is missing or
/// damaged, and with InvalidRequest for a chat template that cannot be read.
Result<std::vector<ModelSpec>> choose_models(const Settings& settings);

}  // namespace pcai
