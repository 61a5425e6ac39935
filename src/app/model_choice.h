#pragma once

#include <string>
#include <vector>

#include "app/settings.h"
#include "core/model.h"
#include "models/model_finder.h"

namespace pcai {

/// Where models are looked for: this user's folders and those of the settings.
ModelFolders model_folders(const Settings& settings);

/// The models that the settings name, the default model when they name none; each file has passed
/// the validator. Fails with ModelNotFound or InvalidModel for the first that is missing or
/// damaged, and with InvalidRequest for a chat template that cannot be read.
Result<std::vector<ModelSpec>> choose_models(const Settings& settings);

}  // namespace pcai
